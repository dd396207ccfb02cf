"""When a customer who was not reached is tried again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.text.duration import duration
from sla.hours import NeverOpen, SupportHours

NEXT_OPENING = "next opening"


@dataclass(frozen=True)
class Retry:
    """How long after an unsuccessful attempt the next one is due. None: when the desk opens next."""

    after: timedelta | None


@dataclass(frozen=True)
class RetryPolicy:
    """When each next attempt is due. The last retry repeats."""

    retries: Sequence[Retry]
    waits_after: int
    """The number of unsuccessful attempts from which on the desk waits for the customer (policy: Priorities)."""
    reviewed_every: timedelta
    """How often the owner of a callback hears that it is still open when nothing else is due."""

    def due_at(self, number: int, tried_at: datetime, hours: SupportHours) -> datetime:
        """Return when the attempt after the one with this number, from 1, is due."""
        retry = self.retries[min(max(number, 1), len(self.retries)) - 1]
        return next_opening_after(tried_at, hours) if retry.after is None else tried_at + retry.after


def opening_from(at: datetime, hours: SupportHours) -> datetime:
    """Return when the desk is open first from an instant on. One that is closed for years is looked at a day later."""
    try:
        return hours.next_opening(at)
    except NeverOpen:
        return at + timedelta(days=1)


def next_opening_after(at: datetime, hours: SupportHours) -> datetime:
    """Return when the desk opens next; during support hours, that is the opening of the next day that it opens."""
    closes_at = hours.next_closing(at) if hours.is_open(at) else None
    return opening_from(closes_at or at, hours)


def retry(text: object) -> object:
    """Return "15m" or "next opening" as a retry. Raise ValueError."""
    if isinstance(text, Retry):
        return text
    if text == NEXT_OPENING:
        return Retry(None)
    after = duration(text)
    if not isinstance(after, timedelta) or after < timedelta(minutes=5):
        raise ValueError(f'{text!r} is not a time to try again. Write "5m" or longer, or "{NEXT_OPENING}".')
    return Retry(after)
