"""Local times as instants, including the hour that is skipped in spring and the one that is repeated in autumn.

A skipped time means the moment of the change. A repeated time means its first occurrence.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.timeline import DAY


def first_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which local time in `zone` is `shown`, a naive time, or later."""
    instant = shown.replace(tzinfo=zone).astimezone(UTC)
    if _shown(instant, zone) == shown:
        return instant
    # The time is skipped. The change is at one of the seconds after this:
    earliest = shown.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    seconds = range(round((instant - earliest).total_seconds()))
    jump = bisect_left(seconds, True, key=lambda second: _shown(earliest + timedelta(seconds=second), zone) >= shown)
    return earliest + timedelta(seconds=jump)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the local day of an instant. A day does not return when clocks are set back over midnight."""
    day = _shown(at, zone).date()
    return day + DAY if begins(day + DAY, zone) <= at else day


def begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) of a local day."""
    return first_instant(datetime.combine(day, time()), zone)


def _shown(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
