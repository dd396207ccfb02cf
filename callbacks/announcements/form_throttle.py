"""Limits on the public forms, from one network and in total. Each process has its own count, as for logins.

The library has its own clock, so each window is named after the hour of ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

# An office shares an address. Every accepted form may send one mail to an address that somebody else typed.
FROM_ONE = RateLimitItemPerHour(6)
IN_ALL = RateLimitItemPerHour(120)
WINDOW = timedelta(hours=1)


class FormThrottle:
    """Counts the forms of the current hour."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def allows(self, network: str, now: datetime) -> bool:
        """Count a form, and return whether it is accepted."""
        return self._count(FROM_ONE, now, "network", network) and self._count(IN_ALL, now, "all")

    def _count(self, limit: RateLimitItem, now: datetime, *names: str) -> bool:
        hour = int(now.timestamp() // WINDOW.total_seconds())
        return self._limiter.hit(limit, *names, str(hour))
