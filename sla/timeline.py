"""Stretches of opening from one instant to another, added up beforehand so that any span costs two look-ups.

Knows nothing of weeks or zones: `sla.hours` draws it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate

Span = tuple[datetime, datetime]

NOTHING = timedelta(0)


class Timeline:
    """What is open between `starts_at` and `ends_at`. It never changes. Every instant in it is in UTC.

    A span holds its first instant and not its last. Spans that touch are one.
    """

    __slots__ = ("_closes", "_opens", "_worked", "ends_at", "starts_at")

    def __init__(self, starts_at: datetime, ends_at: datetime, spans: Iterable[Span]) -> None:
        self.starts_at, self.ends_at = starts_at, ends_at
        self._opens: list[datetime] = []
        self._closes: list[datetime] = []
        for opens, closes in spans:
            if self._closes and opens <= self._closes[-1]:
                self._closes[-1] = max(closes, self._closes[-1])
            elif opens < closes:
                self._opens.append(opens)
                self._closes.append(closes)
        lengths = (closes - opens for opens, closes in zip(self._opens, self._closes, strict=True))
        self._worked = list(accumulate(lengths, initial=NOTHING))  # [i]: all the spans before the i-th

    def is_open(self, at: datetime) -> bool:
        last = bisect_right(self._opens, at) - 1
        return last >= 0 and at < self._closes[last]

    def next_opening(self, at: datetime) -> datetime | None:
        """The first instant at or after `at` that is open, as far as this line is drawn."""
        following = bisect_right(self._closes, at)
        return max(at, self._opens[following]) if following < len(self._opens) else None

    def next_closing(self, at: datetime) -> datetime | None:
        """The first instant at or after `at` that is not open, as far as this line is drawn."""
        if not self.is_open(at):
            return at
        closes = self._closes[bisect_right(self._closes, at)]
        return closes if closes < self.ends_at else None

    def worked_before(self, at: datetime) -> timedelta:
        """How long it was open from the beginning of the line to `at`."""
        last = bisect_right(self._opens, at) - 1
        if last < 0:
            return NOTHING
        return self._worked[last] + (min(at, self._closes[last]) - self._opens[last])

    def when_worked(self, worked: timedelta) -> datetime | None:
        """The first instant by which it was open for so long, if it ever is; more than nothing."""
        span = bisect_left(self._worked, worked) - 1
        return self._opens[span] + (worked - self._worked[span]) if span < len(self._opens) else None

    def changed(self, starts_at: datetime, ends_at: datetime, opens: bool) -> Timeline:
        """The same line, but open or closed from `starts_at` to `ends_at`."""
        starts_at, ends_at = max(starts_at, self.starts_at), min(ends_at, self.ends_at)
        if starts_at >= ends_at:
            return self
        spans = list(zip(self._opens, self._closes, strict=True))
        first, last = bisect_left(self._closes, starts_at), bisect_right(self._opens, ends_at)
        kept = [(opening, min(closing, starts_at)) for opening, closing in spans[first:last] if opening < starts_at]
        if opens:
            kept.append((starts_at, ends_at))
        kept += [(max(opening, ends_at), closing) for opening, closing in spans[first:last] if closing > ends_at]
        return Timeline(self.starts_at, self.ends_at, [*spans[:first], *kept, *spans[last:]])
