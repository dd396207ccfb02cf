"""Targets: how soon something is promised, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.clock import in_utc
from sla.hours import SupportHours


@dataclass(frozen=True)
class Target:
    """A promise to do something within a time: around the clock or, with `business_time`, in support hours only.

    It is at risk once `at_risk_after` has passed, by default three quarters of it. Raise ValueError for a target of
    zero, and for a warning that does not come before the end.
    """

    within: timedelta
    business_time: bool = False
    at_risk_after: timedelta | None = None

    def __post_init__(self) -> None:
        if self.within <= timedelta(0):
            raise ValueError(f"A target of {self.within} cannot be kept. Give a positive time.")
        if not timedelta(0) < self.warning <= self.within:
            raise ValueError(
                f"A target of {self.within} cannot be at risk after {self.warning}. Warn before it is due."
            )

    @property
    def warning(self) -> timedelta:
        """How much of it passes before it is at risk."""
        return self.within * 3 / 4 if self.at_risk_after is None else self.at_risk_after


AFTER_HOURS = Target(within=timedelta(minutes=30))
"""A technician calls back within 30 minutes of the call, at any hour of any day (policy: After hours)."""


def due_at(target: Target, starts_at: datetime, hours: SupportHours) -> datetime:
    """Return when a target that counts from `starts_at` is due. In business time, that is never while closed."""
    return reached_at(target, starts_at, target.within, hours)


def reached_at(target: Target, starts_at: datetime, part: timedelta, hours: SupportHours) -> datetime:
    """Return when `part` of a target's time has passed, in the time that the target counts."""
    return hours.add_business_time(starts_at, part) if target.business_time else in_utc(starts_at) + part


def elapsed(target: Target, start: datetime, end: datetime, hours: SupportHours) -> timedelta:
    """Return how much of a target's time passes between two instants."""
    return hours.business_time_between(start, end) if target.business_time else in_utc(end) - in_utc(start)
