"""Priorities: what each one means and promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sla.targets import Target


@dataclass(frozen=True)
class Priority:
    """What a priority promises. Without a resolution target, only a fix in a coming release is promised."""

    name: str
    meaning: str
    first_reaction: Target
    resolution: Target | None


# policy: Priorities. P1 counts around the clock, the others in support hours.
P1 = Priority(
    "P1",
    "critical",
    first_reaction=Target(timedelta(minutes=30)),
    resolution=Target(timedelta(hours=4)),
)
P2 = Priority(
    "P2",
    "high",
    first_reaction=Target(timedelta(hours=1), business_time=True),
    resolution=Target(timedelta(hours=24), business_time=True),
)
P3 = Priority(
    "P3",
    "normal or low",
    first_reaction=Target(timedelta(hours=4), business_time=True),
    resolution=Target(timedelta(hours=72), business_time=True, at_risk_after=timedelta(hours=48)),
)
P3_IN_A_RELEASE = Priority("P3", "normal or low, to come in a release", P3.first_reaction, resolution=None)


def handled_as(name: str, trial_or_onboarding: bool) -> str:
    """Return the priority used for a callback: P2 instead of P3 for trial and onboarding customers (policy)."""
    return "P2" if trial_or_onboarding and name == "P3" else name
