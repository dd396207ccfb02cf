"""The morning: the hour at which the digest is mailed."""

from __future__ import annotations

from datetime import datetime, timedelta

from callbacks.desk.desk_file import Desk


def next_morning(desk: Desk, now: datetime) -> datetime:
    """Return the next instant at which the morning's digest is due."""
    local = now.astimezone(desk.zone)
    day = local.date() if local.time() < desk.digest.at else local.date() + timedelta(days=1)
    return datetime.combine(day, desk.digest.at, desk.zone).astimezone(now.tzinfo)
