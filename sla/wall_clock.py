"""Local time: which instant a wall clock's time means, in the hours that it skips and repeats too.

The clock is read as one that is never set back. So a time that spring skips means the moment of the jump, and a time
that autumn repeats means its first pass.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.timeline import DAY


def first_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the wall clock in `zone` shows the naive time `shown`, or later."""
    instant = shown.replace(tzinfo=zone).astimezone(UTC)
    if _shown(instant, zone) == shown:
        return instant
    # The clock never shows it. It jumps over it at one of the seconds after this:
    earliest = shown.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    seconds = range(round((instant - earliest).total_seconds()))
    jump = bisect_left(seconds, True, key=lambda second: _shown(earliest + timedelta(seconds=second), zone) >= shown)
    return earliest + timedelta(seconds=jump)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day between whose midnights `at` is. A clock set back over midnight does not bring back the day before."""
    day = _shown(at, zone).date()
    return day + DAY if begins(day + DAY, zone) <= at else day


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day."""
    return first_instant(datetime.combine(day, time()), zone)


def _shown(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
