"""Rotations: people who take turns on a layer, with a hand-off at a fixed local time.

A weekly hand-off on Friday at 18:00 stays at 18:00 when the clocks change, so that turn is an hour longer or shorter.
Each turn ends when the next one begins: there is always exactly one person on.
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
    """The first turn begins on `first_day` at `hand_off`, local time. Each turn lasts `length` in local time."""

    layer: str
    members: tuple[Person, ...]
    first_day: date
    hand_off: time
    length: timedelta
    zone: ZoneInfo
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("A rotation needs at least one technician.")
        if self.length < SHORTEST_TURN:
            raise ValueError("A turn cannot be shorter than an hour.")

    def begins(self, turn: int) -> datetime:
        """Return the instant at which a turn begins. A local time skipped in spring means the moment of the change."""
        shown = datetime.combine(self.first_day, self.hand_off) + turn * self.length
        return first_instant(shown, self.zone)

    def turn_at(self, at: datetime) -> int | None:
        """Return the number of the turn at an instant, or None before the first turn and after the end."""
        if self.ends_at is not None and at >= self.ends_at:
            return None
        shown = at.astimezone(self.zone).replace(tzinfo=None)
        turn = (shown - datetime.combine(self.first_day, self.hand_off)) // self.length
        while at >= self.begins(turn + 1):  # local times repeat for an hour in autumn
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
        """Yield every turn that overlaps a span. Turns are not cut at the ends of the span."""
        turn = max(self.turn_at(starts_at) or 0, 0)
        while (begins := self.begins(turn)) < ends_at and (self.ends_at is None or begins < self.ends_at):
            ends = self.begins(turn + 1)
            ends = ends if self.ends_at is None else min(ends, self.ends_at)
            if begins < ends:
                yield Shift(self.member(turn), self.layer, begins, ends)
            turn += 1
