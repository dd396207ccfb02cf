"""Events on a clock. Nothing happens by itself: `run_due` runs whatever is due, in order."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

Event = Callable[[], object]


class Clock(Protocol):
    def now(self) -> datetime: ...


class EventQueue:
    """Events in order of time; those of one instant in the order in which they were added. Safe between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: list[tuple[datetime, int, Event]] = []
        self._order = itertools.count()
        self._adding, self._running = threading.Lock(), threading.Lock()

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def next_event_at(self) -> datetime | None:
        with self._adding:
            return self._events[0][0] if self._events else None

    def soon(self, event: Event) -> None:
        """Add an event that is due now, after those that are due already."""
        self.later(timedelta(0), event)

    def later(self, delay: timedelta, event: Event) -> None:
        with self._adding:
            heapq.heappush(self._events, (self.now + delay, next(self._order), event))

    def run_due(self) -> None:
        """Run every event that is due, also those that are added meanwhile."""
        with self._running:
            while (event := self._next_due()) is not None:
                event()

    def _next_due(self) -> Event | None:
        with self._adding:
            if self._events and self._events[0][0] <= self.now:
                return heapq.heappop(self._events)[2]
        return None
