"""Support hours the slow way, minute by minute, so plainly that it can be checked by reading.

The wall clock here is one that is never set back: in the hour that autumn repeats, it stands still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.hours import Closure, Window

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class MinuteByMinute:
    """Which minutes of some days are open. Windows and closures begin and end on whole minutes."""

    def __init__(
        self,
        zone: ZoneInfo,
        week: Mapping[int, tuple[Window, ...]],
        holidays: Iterable[date],
        closures: tuple[Closure, ...],
        starts_at: datetime,
        minutes: int,
    ) -> None:
        self.starts_at = starts_at.astimezone(UTC)
        self.minutes = [self.starts_at + MINUTE * number for number in range(minutes)]
        self.is_open: list[bool] = []
        closed_days = set(holidays)
        shown = wall_clock(self.starts_at - DAY, zone)
        for number in range(1440):
            shown = max(shown, wall_clock(self.starts_at - DAY + MINUTE * number, zone))
        for at in self.minutes:
            shown = max(shown, wall_clock(at, zone))
            is_open = in_a_window(week, shown) and shown.date() not in closed_days
            for closure in closures:
                if closure.starts_at <= at < closure.ends_at:
                    is_open = closure.opens
            self.is_open.append(is_open)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        total = timedelta(0)
        for at, is_open in zip(self.minutes, self.is_open, strict=True):
            if is_open:
                total += max(min(at + MINUTE, end) - max(at, start), timedelta(0))
        return total

    def when_worked(self, start: datetime, duration: timedelta) -> datetime | None:
        """The first instant by which it was open for `duration` since `start`; None when that is not in these days."""
        left = duration
        for at, is_open in zip(self.minutes, self.is_open, strict=True):
            begins = max(at, start)
            if is_open and begins < at + MINUTE:
                if begins + left <= at + MINUTE:
                    return begins + left
                left -= at + MINUTE - begins
        return None

    def next_minute(self, start: datetime, is_open: bool) -> datetime | None:
        """The first instant from `start` on that is open, or closed; None when none of these days' is."""
        for at, found in zip(self.minutes, self.is_open, strict=True):
            if found is is_open and start < at + MINUTE:
                return max(at, start)
        return None


def wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def in_a_window(week: Mapping[int, tuple[Window, ...]], shown: datetime) -> bool:
    clock = shown.time()
    for window in week.get(shown.weekday(), ()):
        runs_past_midnight = window.closes <= window.opens
        if window.opens <= clock and (clock < window.closes or runs_past_midnight):
            return True
    for window in week.get((shown.weekday() - 1) % 7, ()):
        if window.closes <= window.opens and clock < window.closes:
            return True
    return False
