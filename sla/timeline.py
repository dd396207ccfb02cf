"""Spans of opening, summed in advance, so that the business time of any span takes two lookups.

It knows no weeks and no zones: `sla.hours` builds it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

Span = tuple[datetime, datetime]

NOTHING = timedelta(0)
DAY = timedelta(days=1)


class Timeline:
    """What is open between `starts_at` and `ends_at`, in UTC. It is immutable.

    It is a list of edges: an opening, a closing, an opening, and so on. It is open wherever an odd number of edges is
    at or before an instant.
    """

    __slots__ = ("_by_day", "_edges", "_first_day", "_worked", "ends_at", "starts_at")

    def __init__(self, starts_at: datetime, ends_at: datetime, spans: Iterable[Span]) -> None:
        """Take spans that are in order. Those that touch or overlap become one."""
        self.starts_at, self.ends_at = starts_at, ends_at
        self._edges = edges = list[datetime]()
        for opens, closes in spans:
            if edges and opens <= edges[-1]:
                edges[-1] = max(closes, edges[-1])
            elif opens < closes:
                edges += (opens, closes)
        self._worked = [NOTHING]  # [n]: the business time until the n-th edge
        for opens, closes in zip(edges[::2], edges[1::2], strict=True):
            self._worked += (self._worked[-1], self._worked[-1] + (closes - opens))
        # The edges of each day, so that a search is never longer than a day.
        self._first_day = starts_at.toordinal()
        midnight = starts_at.replace(hour=0, minute=0, second=0)
        days = range(ends_at.toordinal() - self._first_day + 2)
        self._by_day = list(pairwise(bisect_left(edges, midnight + DAY * day) for day in days))

    def is_open(self, at: datetime) -> bool:
        return self._passed(at) % 2 == 1

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the first open instant from `at` on, or None if there is none on this timeline."""
        passed = self._passed(at)
        if passed % 2:
            return at
        return self._edges[passed] if passed < len(self._edges) else None

    def next_closing(self, at: datetime) -> datetime | None:
        """Return the first instant from `at` on that is not open, or None if there is none on this timeline."""
        passed = self._passed(at)
        if not passed % 2:
            return at
        return self._edges[passed] if self._edges[passed] < self.ends_at else None

    def worked_before(self, at: datetime) -> timedelta:
        """Return how long it is open from the start of the timeline to `at`."""
        edges = self._edges
        passed, last = self._by_day[at.toordinal() - self._first_day]
        while passed < last and edges[passed] <= at:  # the same as _passed, inlined because it is called so often
            passed += 1
        return self._worked[passed] + (at - edges[passed - 1]) if passed % 2 else self._worked[passed]

    def when_worked(self, worked: timedelta) -> datetime | None:
        """Return the first instant by which it was open for `worked` (more than zero), or None."""
        closing = bisect_left(self._worked, worked)
        return self._edges[closing - 1] - (self._worked[closing] - worked) if closing < len(self._worked) else None

    def _passed(self, at: datetime) -> int:
        """Return how many edges are at or before `at`."""
        first, last = self._by_day[at.toordinal() - self._first_day]
        return bisect_right(self._edges, at, first, last)


def changed(spans: list[Span], starts_at: datetime, ends_at: datetime, opens: bool) -> list[Span]:
    """Return the same spans, in order, but open (or closed) from `starts_at` to `ends_at`."""
    first = bisect_right(spans, starts_at, key=lambda span: span[1])
    last = bisect_left(spans, ends_at, key=lambda span: span[0])
    touched = spans[first:last]
    before = [(opening, starts_at) for opening, _ in touched[:1] if opening < starts_at]
    after = [(ends_at, closing) for _, closing in touched[-1:] if closing > ends_at]
    between = [(starts_at, ends_at)] if opens else []
    return [*spans[:first], *before, *between, *after, *spans[last:]]
