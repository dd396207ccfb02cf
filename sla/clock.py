"""The clocks. Only this module reads the time; everything else gets an instant as an argument."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that returns the current time, as an aware UTC instant."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the only place that reads the time


class MovingClock:
    """A clock that moves only on request, for rehearsals and tests."""

    def __init__(self, starts_at: datetime) -> None:
        self._now = in_utc(starts_at)

    def now(self) -> datetime:
        return self._now

    def pass_time(self, span: timedelta) -> None:
        self._now += span

    def move_to(self, instant: datetime) -> None:
        self._now = in_utc(instant)


class RunningClock:
    """A clock that starts at a chosen instant and can run faster or jump ahead, for the demo. It never goes back."""

    def __init__(self, starts_at: datetime, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._anchor = in_utc(starts_at)
        self._anchored_at = time.monotonic()
        self._speed = speed

    def now(self) -> datetime:
        with self._lock:
            return self._read()

    @property
    def speed(self) -> float:
        return self._speed

    def run_at(self, speed: float) -> None:
        """Run `speed` times as fast as real time from now on; 0 stops the clock."""
        if speed < 0:
            raise ValueError("A clock cannot run backwards. Give a speed of 0 or more.")
        with self._lock:
            self._anchor, self._anchored_at = self._read(), time.monotonic()
            self._speed = speed

    def pass_time(self, span: timedelta) -> None:
        if span < timedelta(0):
            raise ValueError("This clock only moves forward.")
        with self._lock:
            self._anchor += span

    def _read(self) -> datetime:
        return self._anchor + timedelta(seconds=(time.monotonic() - self._anchored_at) * self._speed)


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC. Raise ValueError for a naive datetime, because it does not name an instant."""
    if instant.tzinfo is UTC:
        return instant  # checked first, because this function is called millions of times
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone. Give an aware datetime.")
    return instant.astimezone(UTC)
