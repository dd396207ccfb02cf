"""What is due next for an open callback, and the order in which callbacks are due. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sla.promises import Promise, Standing

NEVER = datetime.max.replace(tzinfo=UTC)


class Owed(enum.Enum):
    """What is due next. Those without an instant are in the order in which they are listed after all others."""

    FIRST_REACTION = "first reaction"  # nobody has tried to reach the customer, or replied
    RESOLUTION = "resolution"
    NAMED_TIME = "named time"  # the customer asked to be called then; the clock of the resolution is stopped
    NOTHING = "nothing"  # a workaround ended the clock of the resolution
    ANSWER = "answer"  # of the customer; the clock of the resolution is stopped
    RELEASE = "release"  # that fixes it: no hour is promised


@dataclass(frozen=True)
class Facts:
    """The facts that decide what is due next for an open callback."""

    is_tried: bool
    first_reaction_due_at: datetime
    resolution: Promise | None = None
    """As it stands; None where only a release is promised, and before somebody tried."""
    named_time: datetime | None = None
    """When the customer asked to be called, if that is still to come."""
    left: timedelta | None = None
    """How much of the resolution's time is left while its clock is stopped."""


@dataclass(frozen=True)
class NextDue:
    """What is due next, and when."""

    what: Owed
    at: datetime | None  # None: at no instant
    standing: Standing
    left: timedelta | None = None  # once the clock runs again

    @property
    def order(self) -> tuple[datetime, int]:
        """What callbacks are sorted by: the instant, so that those overdue come first; then those without one."""
        return self.at or NEVER, list(Owed).index(self.what)


def next_due(facts: Facts, at_risk: timedelta, now: datetime) -> NextDue:
    """Return what is due next: the first reaction until somebody tries to reach the customer, then the resolution.

    A first reaction is at risk this long before it is due. A resolution that is overdue stays so while its clock is
    stopped.
    """
    if not facts.is_tried:
        standing = first_reaction_standing(facts.first_reaction_due_at, at_risk, now)
        return NextDue(Owed.FIRST_REACTION, facts.first_reaction_due_at, standing)
    promise = facts.resolution
    if promise is None:
        return NextDue(Owed.RELEASE, None, Standing.ON_TIME)
    if promise.done_at is not None:
        return NextDue(Owed.NOTHING, None, promise.standing)
    if promise.due_at is not None:
        return NextDue(Owed.RESOLUTION, promise.due_at, promise.standing)
    if facts.named_time is not None:
        return NextDue(Owed.NAMED_TIME, facts.named_time, promise.standing, facts.left)
    return NextDue(Owed.ANSWER, None, promise.standing, facts.left)


def first_reaction_standing(due_at: datetime, at_risk: timedelta, now: datetime) -> Standing:
    """Return how a first reaction stands that nobody has made yet."""
    if now >= due_at:
        return Standing.BREACHED
    return Standing.AT_RISK if due_at - now <= at_risk else Standing.ON_TIME
