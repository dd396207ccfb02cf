"""Limits on login attempts a minute, from one address and in total.

Each process has its own count, because this protects its CPU and memory. Accounts are protected by locks in the
database (`callbacks.people.lockout`). The library has its own clock, so each window is named after the minute of ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from callbacks.people.lockout import Origin

# A person mistypes a few times, and an office shares an address. Two hashes a second are a fraction of one processor.
FROM_ONE = RateLimitItemPerMinute(10)
IN_ALL = RateLimitItemPerMinute(60)
ONCE = RateLimitItemPerMinute(1)
WINDOW = timedelta(minutes=1)


class LoginThrottle:
    """Counts the attempts of the current minute."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def allows(self, origin: Origin, now: datetime) -> bool:
        """Count an attempt, and return whether it may proceed.

        A browser that its user logged in with before is counted by itself, so others cannot use up its attempts.
        """
        if origin.device:
            return self._count(FROM_ONE, now, "device", origin.device)
        return self._count(FROM_ONE, now, "peer", origin.peer) and self._count(IN_ALL, now, "all")

    def allows_record(self, now: datetime) -> bool:
        """Return whether one more refusal is recorded in this minute."""
        return self._count(FROM_ONE, now, "records")

    def is_first(self, now: datetime, *what: str) -> bool:
        """Return whether this is the first time in this minute: for records that would fill the audit log."""
        return self._count(ONCE, now, "first", *what)

    def _count(self, limit: RateLimitItem, now: datetime, *names: str) -> bool:
        minute = int(now.timestamp() // WINDOW.total_seconds())
        return self._limiter.hit(limit, *names, str(minute))
