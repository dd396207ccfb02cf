"""The rota as a whole: shifts and rotations, what was agreed otherwise for a night, and who is off.

`duties` is the one place that says who is on a layer at an instant. Everything else (whole shifts, gaps, calendars)
asks it at every instant at which its answer may change, so that nothing can say otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.oncall.roster import Roster, Shift, roster_of
from callbacks.oncall.rotation import Rotation
from callbacks.people.person import Person


@dataclass(frozen=True)
class Override:
    """For a time somebody covers for `instead_of`, or (None) for everybody on the layer. The one made last holds."""

    layer: str
    person: Person
    starts_at: datetime
    ends_at: datetime
    instead_of: int | None = None  # a person's id

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Absence:
    """Somebody is off: whatever else the rota says, they are not on call."""

    person_id: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Gap:
    """A time during which nobody who can be reached is on a layer."""

    layer: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Duty:
    """Somebody on a layer, and whom they are there for; a cover of a layer that is empty otherwise is for nobody."""

    person: Person
    instead_of: tuple[Person, ...] = ()
    is_cover: bool = False


@dataclass(frozen=True)
class Stretch:
    """A time during which the same people are on a layer, each for the same others."""

    layer: str
    starts_at: datetime
    ends_at: datetime
    duties: tuple[Duty, ...]

    @property
    def is_gap(self) -> bool:
        return not any(duty.person.is_reachable for duty in self.duties)


@dataclass(frozen=True)
class Schedule:
    """Everything that decides who is on call."""

    layers: tuple[str, ...]
    people: tuple[Person, ...]
    shifts: tuple[Shift, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()  # in the order in which they were made
    absences: tuple[Absence, ...] = ()

    @property
    def all_layers(self) -> tuple[str, ...]:
        return (*self.layers, SUPERVISOR, FALLBACK)

    def on_call(self, layer: str, at: datetime) -> tuple[Person, ...]:
        """Who is on a layer at an instant, in the order in which they are asked."""
        return tuple(duty.person for duty in self.duties(layer, at))

    def duties(self, layer: str, at: datetime) -> tuple[Duty, ...]:
        """Who is on a layer at an instant and for whom, in the order in which they are asked."""
        regular, off = self._regular(layer, at), {absence.person_id for absence in self.absences if absence.covers(at)}
        known = {person.id for person in self.people} - off
        stands_for: dict[Person, list[Person]] = {}
        for person, whom in self._standing(layer, at, regular):
            stands_for.setdefault(person, []).extend(whom)
        return tuple(_duty(person, whom, regular) for person, whom in stands_for.items() if person.id in known)

    def _standing(self, layer: str, at: datetime, regular: list[Person]) -> Iterator[tuple[Person, list[Person]]]:
        """Whoever is there once every cover is counted in, and the regular people they are there for."""
        made = [override for override in self.overrides if override.layer == layer and override.covers(at)]
        whole = max((n for n, override in enumerate(made) if override.instead_of is None), default=None)
        if whole is not None:
            yield _whoever_covers(made[whole].person, made[whole + 1 :]), regular
        else:
            yield from ((_whoever_covers(person, made), [person]) for person in regular)

    def _regular(self, layer: str, at: datetime) -> list[Person]:
        """Before anything agreed otherwise: whose turn it is, then whoever is always on."""
        turns = [rotation.person_at(at) for rotation in self.rotations if rotation.layer == layer]
        shifts = [shift for shift in self.shifts if shift.layer == layer and shift.covers(at)]
        shifts.sort(key=lambda shift: (shift.starts_at is None, shift.person.id))
        bounded = [shift.person for shift in shifts if shift.starts_at is not None]
        always = [shift.person for shift in shifts if shift.starts_at is None]
        return [*(person for person in turns if person is not None), *bounded, *always]

    def roster(self, at: datetime) -> Roster:
        """Who can be woken at an instant."""
        return roster_of({layer: self.on_call(layer, at) for layer in self.all_layers}, self.people)

    def stretches(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[Stretch]:
        """A layer from one instant to another, without a hole: a new stretch wherever anything changes."""
        found: list[Stretch] = []
        for begins, ends in itertools.pairwise(self._instants(layer, starts_at, ends_at)):
            duties = self.duties(layer, begins)
            if found and found[-1].duties == duties:
                found[-1] = replace(found[-1], ends_at=ends)
            else:
                found.append(Stretch(layer, begins, ends, duties))
        return found

    def spans(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[Shift]:
        """Everybody's shifts on a layer from one instant to another, as they will really be, in order."""
        found: list[Shift] = []
        for stretch in self.stretches(layer, starts_at, ends_at):
            for person in (duty.person for duty in stretch.duties):
                before = next((n for n, shift in enumerate(found) if _ends_as(shift, person, stretch.starts_at)), None)
                if before is None:
                    found.append(Shift(person, layer, stretch.starts_at, stretch.ends_at))
                else:
                    found[before] = replace(found[before], ends_at=stretch.ends_at)
        return found

    def gaps(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[Gap]:
        """When nobody who can be reached is on a layer."""
        found: list[Gap] = []
        for stretch in (each for each in self.stretches(layer, starts_at, ends_at) if each.is_gap):
            if found and found[-1].ends_at == stretch.starts_at:
                found[-1] = replace(found[-1], ends_at=stretch.ends_at)
            else:
                found.append(Gap(layer, stretch.starts_at, stretch.ends_at))
        return found

    def staffed_layers(self) -> tuple[str, ...]:
        """The layers that somebody is ever put on; the first one always is meant to be."""
        used = {e.layer for e in self.shifts} | {e.layer for e in self.rotations} | {e.layer for e in self.overrides}
        return tuple(layer for layer in self.all_layers if layer in used or layer == self.layers[0])

    def unstaffed_layers(self) -> tuple[str, ...]:
        """The layers that nobody was ever put on, though pages go to them; a desk can do without a fallback."""
        staffed = self.staffed_layers()
        return tuple(layer for layer in self.all_layers if layer not in staffed and layer != FALLBACK)

    def _instants(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[datetime]:
        """Every instant at which the answer may change, between the two and with them."""
        inside = {at for at in self._changes(layer, starts_at, ends_at) if starts_at < at < ends_at}
        return sorted({starts_at, ends_at, *inside})

    def _changes(self, layer: str, starts_at: datetime, ends_at: datetime) -> Iterator[datetime]:
        turns = [r.shifts(starts_at, ends_at) for r in self.rotations if r.layer == layer]
        spans = [(s.starts_at, s.ends_at) for s in (*itertools.chain(*turns), *self.shifts) if s.layer == layer]
        spans += [(override.starts_at, override.ends_at) for override in self.overrides if override.layer == layer]
        spans += [(absence.starts_at, absence.ends_at) for absence in self.absences]
        yield from (at for at in itertools.chain(*spans) if at is not None)


def _duty(person: Person, whom: Sequence[Person], regular: Sequence[Person]) -> Duty:
    others = tuple(dict.fromkeys(each for each in whom if each != person))
    return Duty(person, others, is_cover=bool(others) or person not in regular)


def _whoever_covers(person: Person, made: Sequence[Override]) -> Person:
    """Who stands for a person: by the last cover made for them, or whoever covers for that one by a later one."""
    last = max((n for n, override in enumerate(made) if override.instead_of == person.id), default=None)
    return person if last is None else _whoever_covers(made[last].person, made[last + 1 :])


def _ends_as(shift: Shift, person: Person, begins: datetime) -> bool:
    return shift.person == person and shift.ends_at == begins
