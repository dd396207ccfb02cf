"""Targets: how soon something is promised, and when that makes it due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.clock import in_utc
from sla.hours import SupportHours


@dataclass(frozen=True)
class Target:
    """Within so long: around the clock or, with `business_time`, counting support hours only.

    It is at risk once `at_risk_after` of it has gone by; if nothing is said, three quarters. Raises ValueError when
    there is no time to keep it in.
    """

    within: timedelta
    business_time: bool = False
    at_risk_after: timedelta | None = None

    def __post_init__(self) -> None:
        if self.within <= timedelta(0):
            raise ValueError(f"A target of {self.within} cannot be kept. Promise more than no time.")
        if not timedelta(0) < self.warning <= self.within:
            raise ValueError(
                f"A target of {self.within} cannot be at risk after {self.warning}. Warn before it is due."
            )

    @property
    def warning(self) -> timedelta:
        """How much of it goes by before it is at risk."""
        return self.within * 3 / 4 if self.at_risk_after is None else self.at_risk_after


AFTER_HOURS = Target(within=timedelta(minutes=30))
"""A technician calls back within 30 minutes of the call, at any hour of any day (policy: After hours)."""


def due_at(target: Target, starts_at: datetime, hours: SupportHours) -> datetime:
    """When what was promised at `starts_at` is due. What is promised in business time is never due while closed."""
    return reached_at(target, starts_at, target.within, hours)


def reached_at(target: Target, starts_at: datetime, part: timedelta, hours: SupportHours) -> datetime:
    """When `part` of the target's time has gone by, as the target counts time."""
    return hours.add_business_time(starts_at, part) if target.business_time else in_utc(starts_at) + part


def elapsed(target: Target, start: datetime, end: datetime, hours: SupportHours) -> timedelta:
    """How much of the target's time goes by from `start` to `end`."""
    return hours.business_time_between(start, end) if target.business_time else in_utc(end) - in_utc(start)
