"""The rota as a whole: shifts, rotations, overrides and time off. Pure.

`Schedule.assignments` alone decides who is on a layer at an instant. Final shifts, gaps and calendars call it at every
instant at which its result may change, so they always agree with it.
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
    """Somebody replaces one person on a layer, or (None) everybody on it. The override added last wins."""

    layer: str
    person: Person
    starts_at: datetime
    ends_at: datetime
    instead_of: int | None = None  # a person's id

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Absence:
    """Time off. It takes precedence over everything else on the rota."""

    person_id: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Gap:
    """A time when nobody on a layer can be reached."""

    layer: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Assignment:
    """Somebody on a layer, and the people they replace. An override of an empty layer replaces nobody."""

    person: Person
    instead_of: tuple[Person, ...] = ()
    is_override: bool = False


@dataclass(frozen=True)
class Segment:
    """A time during which the assignments of a layer stay the same."""

    layer: str
    starts_at: datetime
    ends_at: datetime
    assignments: tuple[Assignment, ...]

    @property
    def is_gap(self) -> bool:
        return not any(assignment.person.is_reachable for assignment in self.assignments)


@dataclass(frozen=True)
class Schedule:
    """Everything that decides who is on call."""

    layers: tuple[str, ...]
    people: tuple[Person, ...]
    shifts: tuple[Shift, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()  # in the order they were added
    absences: tuple[Absence, ...] = ()

    @property
    def all_layers(self) -> tuple[str, ...]:
        return (*self.layers, SUPERVISOR, FALLBACK)

    def on_call(self, layer: str, at: datetime) -> tuple[Person, ...]:
        """Return who is on a layer at an instant, in the order they are paged."""
        return tuple(assignment.person for assignment in self.assignments(layer, at))

    def assignments(self, layer: str, at: datetime) -> tuple[Assignment, ...]:
        """Return who is on a layer at an instant and whom they replace, in the order they are paged."""
        regular, off = self._regular(layer, at), {absence.person_id for absence in self.absences if absence.covers(at)}
        known = {person.id for person in self.people} - off
        replaces: dict[Person, list[Person]] = {}
        for person, replaced in self._with_overrides(layer, at, regular):
            replaces.setdefault(person, []).extend(replaced)
        return tuple(_assignment(person, whom, regular) for person, whom in replaces.items() if person.id in known)

    def _with_overrides(self, layer: str, at: datetime, regular: list[Person]) -> Iterator[tuple[Person, list[Person]]]:
        """Yield who is on once overrides are applied, and the regular people each of them is there for."""
        made = [override for override in self.overrides if override.layer == layer and override.covers(at)]
        whole = max((n for n, override in enumerate(made) if override.instead_of is None), default=None)
        if whole is not None:
            yield _replacement(made[whole].person, made[whole + 1 :]), regular
        else:
            yield from ((_replacement(person, made), [person]) for person in regular)

    def _regular(self, layer: str, at: datetime) -> list[Person]:
        """Return who is on before overrides: rotations first, then shifts with a start, then those without."""
        turns = [rotation.person_at(at) for rotation in self.rotations if rotation.layer == layer]
        shifts = [shift for shift in self.shifts if shift.layer == layer and shift.covers(at)]
        shifts.sort(key=lambda shift: (shift.starts_at is None, shift.person.id))
        bounded = [shift.person for shift in shifts if shift.starts_at is not None]
        always = [shift.person for shift in shifts if shift.starts_at is None]
        return [*(person for person in turns if person is not None), *bounded, *always]

    def roster(self, at: datetime) -> Roster:
        """Return who can be paged at an instant."""
        return roster_of({layer: self.on_call(layer, at) for layer in self.all_layers}, self.people)

    def segments(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[Segment]:
        """Return a layer between two instants as segments that touch; a new one begins wherever something changes."""
        found: list[Segment] = []
        for begins, ends in itertools.pairwise(self._instants(layer, starts_at, ends_at)):
            assignments = self.assignments(layer, begins)
            if found and found[-1].assignments == assignments:
                found[-1] = replace(found[-1], ends_at=ends)
            else:
                found.append(Segment(layer, begins, ends, assignments))
        return found

    def final_shifts(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[Shift]:
        """Return the shifts on a layer between two instants, with overrides and time off applied, in order."""
        found: list[Shift] = []
        for segment in self.segments(layer, starts_at, ends_at):
            for person in (assignment.person for assignment in segment.assignments):
                before = next((n for n, shift in enumerate(found) if _ends_as(shift, person, segment.starts_at)), None)
                if before is None:
                    found.append(Shift(person, layer, segment.starts_at, segment.ends_at))
                else:
                    found[before] = replace(found[before], ends_at=segment.ends_at)
        return found

    def gaps(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[Gap]:
        """Return when nobody on a layer can be reached, between two instants."""
        found: list[Gap] = []
        for segment in (each for each in self.segments(layer, starts_at, ends_at) if each.is_gap):
            if found and found[-1].ends_at == segment.starts_at:
                found[-1] = replace(found[-1], ends_at=segment.ends_at)
            else:
                found.append(Gap(layer, segment.starts_at, segment.ends_at))
        return found

    def staffed_layers(self) -> tuple[str, ...]:
        """Return the layers that anybody is ever on. The first layer always counts."""
        used = {e.layer for e in self.shifts} | {e.layer for e in self.rotations} | {e.layer for e in self.overrides}
        return tuple(layer for layer in self.all_layers if layer in used or layer == self.layers[0])

    def unstaffed_layers(self) -> tuple[str, ...]:
        """Return the layers that nobody is ever on. The fallback layer is optional, so it never counts."""
        staffed = self.staffed_layers()
        return tuple(layer for layer in self.all_layers if layer not in staffed and layer != FALLBACK)

    def _instants(self, layer: str, starts_at: datetime, ends_at: datetime) -> list[datetime]:
        """Return every instant at which the assignments may change, from the first instant to the last."""
        inside = {at for at in self._changes(layer, starts_at, ends_at) if starts_at < at < ends_at}
        return sorted({starts_at, ends_at, *inside})

    def _changes(self, layer: str, starts_at: datetime, ends_at: datetime) -> Iterator[datetime]:
        turns = [r.shifts(starts_at, ends_at) for r in self.rotations if r.layer == layer]
        spans = [(s.starts_at, s.ends_at) for s in (*itertools.chain(*turns), *self.shifts) if s.layer == layer]
        spans += [(override.starts_at, override.ends_at) for override in self.overrides if override.layer == layer]
        spans += [(absence.starts_at, absence.ends_at) for absence in self.absences]
        yield from (at for at in itertools.chain(*spans) if at is not None)


def _assignment(person: Person, whom: Sequence[Person], regular: Sequence[Person]) -> Assignment:
    others = tuple(dict.fromkeys(each for each in whom if each != person))
    return Assignment(person, others, is_override=bool(others) or person not in regular)


def _replacement(person: Person, made: Sequence[Override]) -> Person:
    """Return who replaces a person: the last override for them decides, and later ones may override that in turn."""
    last = max((n for n, override in enumerate(made) if override.instead_of == person.id), default=None)
    return person if last is None else _replacement(made[last].person, made[last + 1 :])


def _ends_as(shift: Shift, person: Person, begins: datetime) -> bool:
    return shift.person == person and shift.ends_at == begins
