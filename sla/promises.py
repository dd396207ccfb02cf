"""The two promises of one callback, a first reaction and a resolution, and the standing of each at an instant.

Everything is computed from what happened and when. Nothing is stored, so nothing can be out of date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

from sla.clock import in_utc
from sla.hours import SupportHours
from sla.priorities import Priority
from sla.targets import Target, elapsed, reached_at

NEVER = datetime.max.replace(tzinfo=UTC)


class Standing(StrEnum):
    ON_TIME = "on time"
    AT_RISK = "at risk"
    BREACHED = "breached"
    MET = "met"


@dataclass(frozen=True)
class Wait:
    """A time of waiting for the customer. Without an end, the desk is still waiting."""

    since: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", in_utc(self.since))
        object.__setattr__(self, "until", _in_utc(self.until))
        if self.until is not None and self.until < self.since:
            raise ValueError(f"The wait from {self.since} ends at {self.until}. Give a later end.")


@dataclass(frozen=True)
class History:
    """What happened to one callback that matters for its promises. Each list is in order of time."""

    began_at: datetime
    priorities: tuple[tuple[datetime, Priority], ...]
    """Each priority it was given, and when. The first one counts from the beginning."""
    waits: tuple[Wait, ...] = ()
    attempted_at: datetime | None = None
    resolved_at: datetime | None = None
    promised_reaction: Target | None = None
    """What callers are promised while the desk is closed. No priority changes it (policy: After hours)."""
    workaround_at: datetime | None = None
    """When a workaround was given. It ends the resolution's clock where the priority says so."""
    promised_from: datetime | None = None
    """What `promised_reaction` counts from, if a time was said to the customer that is not counted from the call."""

    def __post_init__(self) -> None:
        if not self.priorities:
            raise ValueError(f"The callback of {self.began_at} has no priority. Give its first one.")
        object.__setattr__(self, "began_at", in_utc(self.began_at))
        object.__setattr__(self, "priorities", tuple((in_utc(at), given) for at, given in self.priorities))
        object.__setattr__(self, "attempted_at", _in_utc(self.attempted_at))
        object.__setattr__(self, "resolved_at", _in_utc(self.resolved_at))
        object.__setattr__(self, "promised_from", _in_utc(self.promised_from))
        object.__setattr__(self, "workaround_at", _in_utc(self.workaround_at))

    def known_at(self, now: datetime) -> History:
        """Return the same history without anything after `now`."""
        return replace(
            self,
            priorities=(self.priorities[0], *((at, given) for at, given in self.priorities[1:] if at <= now)),
            waits=_known(self.waits, now),
            attempted_at=self.attempted_at if self.attempted_at and self.attempted_at <= now else None,
            resolved_at=self.resolved_at if self.resolved_at and self.resolved_at <= now else None,
            workaround_at=self.workaround_at if self.workaround_at and self.workaround_at <= now else None,
        )

    @property
    def served_at(self) -> datetime | None:
        """When the clock of the resolution ended: at the resolution, or at a workaround where that is enough."""
        enough = self.priorities[-1][1].workaround_resolves
        ends = (self.resolved_at, self.workaround_at if enough else None)
        return min((at for at in ends if at is not None), default=None)


@dataclass(frozen=True)
class Promise:
    """One promise as it stands at one instant."""

    what: Literal["first reaction", "resolution"]
    target: Target
    counted_from: datetime
    waits: tuple[Wait, ...]
    """What stopped its clock."""
    at_risk_at: datetime | None
    """When it is at risk; None while the clock is stopped before that."""
    due_at: datetime | None
    """None while the clock is stopped."""
    done_at: datetime | None
    standing: Standing


def first_reaction(history: History, hours: SupportHours, now: datetime) -> Promise:
    """Return the first reaction at `now`. The first attempt to reach the customer fulfills it; nothing pauses it."""
    history = replace(history.known_at(in_utc(now)), waits=())
    if history.promised_reaction is not None and history.promised_from is not None:
        said = (_Count(history.promised_reaction, history.promised_from),)
        return _promise("first reaction", history, said, history.attempted_at, hours, in_utc(now))
    targets = tuple((at, history.promised_reaction or priority.first_reaction) for at, priority in history.priorities)
    counts = _counts_after_changes(history, targets, history.attempted_at, hours)
    return _promise("first reaction", history, counts, history.attempted_at, hours, in_utc(now))


def resolution(history: History, hours: SupportHours, now: datetime) -> Promise | None:
    """Return the resolution at `now`, or None if only a release is promised. Waiting for the customer pauses it."""
    history = history.known_at(in_utc(now))
    targets = tuple((at, priority.resolution) for at, priority in history.priorities)
    counts = _counts_after_changes(history, targets, history.served_at, hours)
    if not counts:
        return None
    return _promise("resolution", history, counts, history.served_at, hours, in_utc(now))


def left_while_stopped(promise: Promise, hours: SupportHours) -> timedelta | None:
    """Return how much of a promise's time is left while its clock is stopped, in the time it counts; else None."""
    if promise.due_at is not None:
        return None
    ran, runs_from = timedelta(0), promise.counted_from
    for wait in promise.waits:
        ran += elapsed(promise.target, runs_from, max(wait.since, runs_from), hours)
        if wait.until is None:
            break
        runs_from = max(wait.until, runs_from)
    return promise.target.within - ran


@dataclass(frozen=True)
class _Count:
    """A target, and the instant from which its time counts."""

    target: Target
    starts_at: datetime

    def reached_at(self, part: timedelta, waits: Iterable[Wait], hours: SupportHours) -> datetime:
        """Return when `part` of the target has passed, without the waits, or NEVER while one of them has no end."""
        left, runs_from = part, self.starts_at
        for wait in waits:
            ran = elapsed(self.target, runs_from, max(wait.since, runs_from), hours)
            if ran >= left:
                break
            if wait.until is None:
                return NEVER
            left, runs_from = left - ran, max(wait.until, runs_from)
        return reached_at(self.target, runs_from, left, hours)

    def due_at(self, waits: Iterable[Wait], hours: SupportHours) -> datetime:
        return self.reached_at(self.target.within, waits, hours)


_Counts = tuple[_Count, ...]


def _counts_after_changes(
    history: History, targets: tuple[tuple[datetime, Target | None], ...], done_at: datetime | None, hours: SupportHours
) -> _Counts:
    """Return the targets that count after every change of priority. The one due first is the promise.

    A new target counts from the beginning of the call. If it would be overdue by then, it counts from the change
    instead, and the previous target still counts too. Changes after a promise is met or missed have no effect.
    """
    counts = _count_again((), history, history.began_at, targets[0][1], hours)
    for at, target in targets[1:]:
        waits = _known(history.waits, at)
        is_missed = any(count.due_at(waits, hours) < at for count in counts)
        if is_missed or (done_at is not None and done_at <= at):
            break
        counts = _count_again(counts, history, at, target, hours)
    return counts


def _count_again(
    counts: _Counts, history: History, at: datetime, target: Target | None, hours: SupportHours
) -> _Counts:
    if target is None:
        return ()
    from_the_beginning = _Count(target, history.began_at)
    if from_the_beginning.due_at(_known(history.waits, at), hours) > at:
        return (from_the_beginning,)
    return (*counts, _Count(target, at))


def _promise(
    what: Literal["first reaction", "resolution"],
    history: History,
    counts: _Counts,
    done_at: datetime | None,
    hours: SupportHours,
    now: datetime,
) -> Promise:
    owed = min(counts, key=lambda count: count.due_at(history.waits, hours))
    due_at = owed.due_at(history.waits, hours)
    at_risk_at = owed.reached_at(owed.target.warning, history.waits, hours)
    if (done_at or now) > due_at:
        standing = Standing.BREACHED  # permanent: a late resolution does not undo it
    elif done_at is not None:
        standing = Standing.MET
    elif now >= at_risk_at:
        standing = Standing.AT_RISK
    else:
        standing = Standing.ON_TIME
    waits = tuple(wait for wait in history.waits if wait.since < due_at and wait.since <= (done_at or now))
    return Promise(
        what, owed.target, owed.starts_at, waits, _unless_never(at_risk_at), _unless_never(due_at), done_at, standing
    )


def _unless_never(at: datetime) -> datetime | None:
    return None if at == NEVER else at


def _known(waits: Iterable[Wait], now: datetime) -> tuple[Wait, ...]:
    return tuple(
        Wait(wait.since, wait.until if wait.until is not None and wait.until <= now else None)
        for wait in waits
        if wait.since <= now
    )


def _in_utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else in_utc(instant)
