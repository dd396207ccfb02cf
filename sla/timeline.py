"""Stretches of opening from one instant to another, added up beforehand so that any span costs two look-ups.

Knows nothing of weeks or zones: `sla.hours` draws it.
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
    """What is open between `starts_at` and `ends_at`. It never changes. Every instant in it is in UTC.

    It is a list of edges: an opening, a closing, an opening, and so on. So it is open wherever an odd number of edges
    has been passed, and an edge itself is passed at its instant.
    """

    __slots__ = ("_by_day", "_edges", "_first_day", "_worked", "ends_at", "starts_at")

    def __init__(self, starts_at: datetime, ends_at: datetime, spans: Iterable[Span]) -> None:
        """Draw spans that are in order. Those that touch become one."""
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
        # Which edges each day has, so that no search is longer than a day's.
        self._first_day = starts_at.toordinal()
        midnight = starts_at.replace(hour=0, minute=0, second=0)
        days = range(ends_at.toordinal() - self._first_day + 2)
        self._by_day = list(pairwise(bisect_left(edges, midnight + DAY * day) for day in days))

    def is_open(self, at: datetime) -> bool:
        return self._passed(at) % 2 == 1

    def next_opening(self, at: datetime) -> datetime | None:
        """The first instant from `at` on that is open, as far as this line is drawn."""
        passed = self._passed(at)
        if passed % 2:
            return at
        return self._edges[passed] if passed < len(self._edges) else None

    def next_closing(self, at: datetime) -> datetime | None:
        """The first instant from `at` on that is not open, as far as this line is drawn."""
        passed = self._passed(at)
        if not passed % 2:
            return at
        return self._edges[passed] if self._edges[passed] < self.ends_at else None

    def worked_before(self, at: datetime) -> timedelta:
        """How long it was open from the beginning of the line to `at`."""
        edges = self._edges
        passed, last = self._by_day[at.toordinal() - self._first_day]
        while passed < last and edges[passed] <= at:  # as _passed has it, but without the cost of asking
            passed += 1
        return self._worked[passed] + (at - edges[passed - 1]) if passed % 2 else self._worked[passed]

    def when_worked(self, worked: timedelta) -> datetime | None:
        """The first instant by which it was open for so long, if it ever is; more than nothing."""
        closing = bisect_left(self._worked, worked)
        return self._edges[closing - 1] - (self._worked[closing] - worked) if closing < len(self._worked) else None

    def _passed(self, at: datetime) -> int:
        """How many edges are at or before `at`."""
        first, last = self._by_day[at.toordinal() - self._first_day]
        return bisect_right(self._edges, at, first, last)


def changed(spans: list[Span], starts_at: datetime, ends_at: datetime, opens: bool) -> list[Span]:
    """The same spans, in order and apart, but open or closed from `starts_at` to `ends_at`."""
    first = bisect_right(spans, starts_at, key=lambda span: span[1])
    last = bisect_left(spans, ends_at, key=lambda span: span[0])
    touched = spans[first:last]
    before = [(opening, starts_at) for opening, _ in touched[:1] if opening < starts_at]
    after = [(ends_at, closing) for _, closing in touched[-1:] if closing > ends_at]
    between = [(starts_at, ends_at)] if opens else []
    return [*spans[:first], *before, *between, *after, *spans[last:]]
