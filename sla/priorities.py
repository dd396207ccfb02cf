"""Priorities: what each one means and promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sla.targets import Target


@dataclass(frozen=True)
class Priority:
    """What a priority promises. Without a resolution target, only a fix in a coming release is promised."""

    name: str
    meaning: str
    first_reaction: Target
    resolution: Target | None
    workaround_resolves: bool = False
    """Whether a workaround ends the clock of the resolution."""

    def in_a_release(self) -> Priority:
        """Return the same priority with a fix promised in a coming release, and no hour (policy: Priorities)."""
        return replace(self, resolution=None)


# policy: Priorities. P2 and P3 react in support hours. Resolutions count the hours of the clock.
P1 = Priority(
    "P1",
    "critical",
    first_reaction=Target(timedelta(minutes=30)),
    resolution=Target(timedelta(hours=4)),
    workaround_resolves=True,
)
P2 = Priority(
    "P2",
    "high",
    first_reaction=Target(timedelta(hours=1), business_time=True),
    resolution=Target(timedelta(hours=24)),
)
P3 = Priority(
    "P3",
    "normal or low",
    first_reaction=Target(timedelta(hours=4), business_time=True),
    resolution=Target(timedelta(hours=72), at_risk_after=timedelta(hours=48)),
)
P3_IN_A_RELEASE = P3.in_a_release()


def handled_as(name: str, trial_or_onboarding: bool) -> str:
    """Return the priority used for a callback: P2 instead of P3 for trial and onboarding customers (policy)."""
    return "P2" if trial_or_onboarding and name == "P3" else name
