"""Automatic closing: whether a callback whose customer has fallen silent closes by itself (policy: Priorities)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.clock import in_utc


@dataclass(frozen=True)
class ClosingRule:
    """So many unsuccessful attempts and so long without a word from the customer: both, never one."""

    attempts: int = 3
    silence: timedelta = timedelta(days=5)
    never: frozenset[str] = frozenset({"P1"})

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.silence <= timedelta(0):
            raise ValueError(
                f"Closing after {self.attempts} attempts and {self.silence} would close at once. Wait longer."
            )


@dataclass(frozen=True)
class Closing:
    closes_at: datetime | None
    """When it closes by itself, if nothing else happens; None while more attempts are due."""
    reason: str
    """For the log, in English."""

    def is_due(self, now: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= in_utc(now)


def automatic_closing(
    priority: str,
    began_at: datetime,
    unsuccessful: Iterable[datetime],
    words: Iterable[datetime] = (),
    reopened: Iterable[datetime] = (),
    rule: ClosingRule = ClosingRule(),
) -> Closing:
    """Decide from the unsuccessful attempts, the customer's words (the call itself was one), and the reopenings.

    Any word from the customer, and a person who reopens it, start the count of both again.
    """
    if priority in rule.never:
        return Closing(None, f"A {priority} never closes by itself.")
    since = max(in_utc(at) for at in (began_at, *words, *reopened))
    attempts = sorted(at for at in map(in_utc, unsuccessful) if at > since)
    if len(attempts) < rule.attempts:
        return Closing(
            None, f"{len(attempts)} of {rule.attempts} unsuccessful attempts since the customer's last word."
        )
    days = f"{rule.silence.days} days" if rule.silence == timedelta(days=rule.silence.days) else f"{rule.silence}"
    return Closing(
        max(attempts[rule.attempts - 1], since + rule.silence),
        f"{rule.attempts} unsuccessful attempts and {days} without a word from the customer.",
    )
