"""Whom to ring for a caller who waits on the line, and when to give up. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from callbacks.desk.desk_file import Ringing
from callbacks.people.person import Person

LATE_BY = timedelta(seconds=3)  # the report that nobody has answered
SCREEN = timedelta(seconds=25)  # how long a technician hears who calls, and may press the key
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Ring:
    """One technician who has been rung for this caller."""

    technician_id: int
    since: datetime
    is_picked_up: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Hunt:
    """How the search for a technician stands."""

    free: tuple[int, ...]  # the ids of the technicians who are not on the phone, in the order of the desk file
    busy: frozenset[int]  # of those on call who are
    rings: tuple[Ring, ...]
    ahead: int  # how many callers have waited longer, with nobody being rung for them
    since: datetime


@dataclass(frozen=True)
class RingNow:
    """Ring these technicians."""

    technicians: tuple[int, ...]


@dataclass(frozen=True)
class KeepWaiting:
    """Somebody is being rung, or a technician may become free."""

    all_are_busy: bool


@dataclass(frozen=True)
class GiveUp:
    """Nobody will answer: the caller is asked for a message."""


def next_step(ringing: Ringing, hunt: Hunt, now: datetime) -> RingNow | KeepWaiting | GiveUp:
    """Return what comes next. Nobody is rung twice for the same caller, nor after the longest hunt.

    Technicians who become free go to those callers first who have waited longer.
    """
    rung = {ring.technician_id for ring in hunt.rings}
    is_ringing = any(_is_on(ring, ringing.each, now) for ring in hunt.rings)
    is_in_time = now - hunt.since <= ringing.longest_hunt
    left = [each for each in hunt.free if each not in rung]
    theirs = left[hunt.ahead :] if is_in_time else []
    if theirs and ringing.order == "together":
        return RingNow(tuple(theirs))
    if theirs and not is_ringing:
        return RingNow((theirs[0],))
    if is_ringing:
        return KeepWaiting(all_are_busy=False)
    if is_in_time and (left or hunt.busy - rung):
        return KeepWaiting(all_are_busy=True)
    return GiveUp()


def _is_on(ring: Ring, each: timedelta, now: datetime) -> bool:
    """Return whether a ring may still bring a technician. The report of its end may be lost."""
    return not ring.is_over and now < ring.since + each + (SCREEN if ring.is_picked_up else LATE_BY)


def may_still_connect(ring: Ring, each: timedelta, now: datetime) -> bool:
    """Return whether the technician who took the call may still be connected, although the caller waits."""
    return not ring.is_over and now < ring.since + each + 2 * SCREEN


def in_order(ringing: Ringing, people: Sequence[Person], last_calls: Mapping[int, datetime]) -> tuple[Person, ...]:
    """Return technicians on call in the order in which they are rung. `last_calls` are the last ones that they took."""
    if ringing.order != "longest idle":
        return tuple(people)
    return tuple(sorted(people, key=lambda person: last_calls.get(person.id, NEVER)))
