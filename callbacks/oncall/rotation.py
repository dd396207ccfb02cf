"""Rotations: people who take turns on a layer, with the hand-off at a time of the wall clock.

Turns are counted on the wall clock, as the people count them: a weekly hand-off on Friday at 18:00 is at 18:00 before
and after each change of the clock, so the turn over the change is an hour longer or shorter. One turn ends at the
instant at which the next begins: no hour is without anyone, none has two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callbacks.oncall.roster import Shift
from callbacks.people.person import Person
from sla.wall_clock import first_instant

SHORTEST_TURN = timedelta(hours=1)


@dataclass(frozen=True)
class Rotation:
    """The first member's first turn begins on `first_day` at `hand_off`; each turn lasts `length` on the wall clock."""

    layer: str
    members: tuple[Person, ...]
    first_day: date
    hand_off: time
    length: timedelta
    zone: ZoneInfo
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("A rotation needs somebody to take turns. Name at least one technician.")
        if self.length < SHORTEST_TURN:
            raise ValueError("A turn shorter than an hour cannot be kept. Give an hour or more.")

    def begins(self, turn: int) -> datetime:
        """The instant at which a turn begins; a time that spring skips means the moment of the jump."""
        shown = datetime.combine(self.first_day, self.hand_off) + turn * self.length
        return first_instant(shown, self.zone)

    def turn_at(self, at: datetime) -> int | None:
        """The turn that is on at an instant; None before the first one and after the end."""
        if self.ends_at is not None and at >= self.ends_at:
            return None
        shown = at.astimezone(self.zone).replace(tzinfo=None)
        turn = (shown - datetime.combine(self.first_day, self.hand_off)) // self.length
        while at >= self.begins(turn + 1):  # the hour that autumn repeats shows earlier times again
            turn += 1
        while at < self.begins(turn):
            turn -= 1
        return turn if turn >= 0 else None

    def member(self, turn: int) -> Person:
        return self.members[turn % len(self.members)]

    def person_at(self, at: datetime) -> Person | None:
        turn = self.turn_at(at)
        return None if turn is None else self.member(turn)

    def shifts(self, starts_at: datetime, ends_at: datetime) -> Iterator[Shift]:
        """Every turn that touches the span, whole."""
        turn = max(self.turn_at(starts_at) or 0, 0)
        while (begins := self.begins(turn)) < ends_at and (self.ends_at is None or begins < self.ends_at):
            ends = self.begins(turn + 1)
            ends = ends if self.ends_at is None else min(ends, self.ends_at)
            if begins < ends:
                yield Shift(self.member(turn), self.layer, begins, ends)
            turn += 1
