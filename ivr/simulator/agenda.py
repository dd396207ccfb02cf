"""The carrier's own time: what is to happen when, performed in order on a clock that others move.

Nothing in the simulator reads the time or sleeps. Whoever owns the clock moves it and says `perform_due`.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is, as an aware UTC instant."""

    def now(self) -> datetime: ...


@dataclass(order=True)
class Entry:
    """Something to be done at an instant, unless it is dropped before."""

    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)
    dropped: bool = field(default=False, compare=False)

    def drop(self) -> None:
        self.dropped = True


class Agenda:
    """What the carrier will do. `now` is the instant being performed, which may lie before what the clock shows."""

    def __init__(self, clock: Clock, lock: threading.RLock) -> None:
        self.clock = clock
        self._lock = lock
        self._entries: list[Entry] = []
        self._made = 0
        self._turn = threading.Lock()
        self._performer: int | None = None
        self._performing: datetime | None = None

    @property
    def now(self) -> datetime:
        return self._performing or self.clock.now()

    @property
    def next_at(self) -> datetime | None:
        with self._lock:
            self._forget_dropped()
            return self._entries[0].at if self._entries else None

    def at(self, instant: datetime, act: Callable[[], None]) -> Entry:
        with self._lock:
            self._made += 1
            entry = Entry(instant, self._made, act)
            heapq.heappush(self._entries, entry)
            return entry

    def after(self, span: timedelta, act: Callable[[], None]) -> Entry:
        return self.at(self.now + span, act)

    def perform_due(self) -> None:
        """Perform everything due by now, in order. From within a performance it does nothing: that one goes on."""
        if self._performer == threading.get_ident():
            return
        with self._turn:
            self._performer = threading.get_ident()
            try:
                until = self.clock.now()
                while (entry := self._take(until)) is not None:
                    self._performing = entry.at
                    entry.act()
            finally:
                self._performer, self._performing = None, None

    def _take(self, until: datetime) -> Entry | None:
        with self._lock:
            self._forget_dropped()
            if self._entries and self._entries[0].at <= until:
                return heapq.heappop(self._entries)
            return None

    def _forget_dropped(self) -> None:
        while self._entries and self._entries[0].dropped:
            heapq.heappop(self._entries)
