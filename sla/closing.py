"""Automatic closing of callbacks whose customer does not respond (policy: Priorities)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.clock import in_utc


@dataclass(frozen=True)
class ClosingRule:
    """A callback closes after this many unsuccessful attempts and this long without customer contact: both, not one."""

    attempts: int = 3
    silence: timedelta = timedelta(days=5)
    never: frozenset[str] = frozenset({"P1"})

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.silence <= timedelta(0):
            raise ValueError(
                f"Closing after {self.attempts} attempts and {self.silence} would close at once. Use higher values."
            )


@dataclass(frozen=True)
class Closing:
    closes_at: datetime | None
    """When it closes if nothing else happens, or None while more attempts are needed."""
    reason: str
    """For the log, in English."""

    def is_due(self, now: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= in_utc(now)


def automatic_closing(
    priority: str,
    began_at: datetime,
    unsuccessful: Iterable[datetime],
    contacts: Iterable[datetime] = (),
    reopened: Iterable[datetime] = (),
    rule: ClosingRule = ClosingRule(),
) -> Closing:
    """Return when a callback closes, from its unsuccessful attempts, contacts by the customer and reopenings.

    Any contact by the customer (the call itself is one), and any reopening, restarts both the attempts and the silence.
    """
    if priority in rule.never:
        return Closing(None, f"A {priority} never closes automatically.")
    since = max(in_utc(at) for at in (began_at, *contacts, *reopened))
    attempts = sorted(at for at in map(in_utc, unsuccessful) if at > since)
    if len(attempts) < rule.attempts:
        return Closing(
            None, f"{len(attempts)} of {rule.attempts} unsuccessful attempts since the customer last made contact."
        )
    days = f"{rule.silence.days} days" if rule.silence == timedelta(days=rule.silence.days) else f"{rule.silence}"
    return Closing(
        max(attempts[rule.attempts - 1], since + rule.silence),
        f"{rule.attempts} unsuccessful attempts and {days} without contact from the customer.",
    )
