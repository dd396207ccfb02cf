"""Who can be woken at an instant, by layer. Values only: reading the rota is the shell's business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Person:
    """A technician, as paging sees one."""

    id: int
    name: str
    phone: str
    language: str = "en"
    verified: bool = True


@dataclass(frozen=True)
class Shift:
    """One person on one layer; an end that is None is open."""

    person: Person
    layer: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class Roster:
    """Who is on call at one instant. People hold their layer in the order in which they are asked."""

    layers: Mapping[str, tuple[Person, ...]]

    def on(self, layer: str) -> tuple[Person, ...]:
        return self.layers.get(layer, ())

    def everyone(self) -> tuple[Person, ...]:
        """Everybody on any layer, once each, from the first layer upwards; supervisors stand apart."""
        people = [person for layer, members in self.layers.items() if layer != SUPERVISOR for person in members]
        return tuple(dict.fromkeys(people))

    def layer_of(self, person_id: int) -> str | None:
        return next((layer for layer, members in self.layers.items() if any(p.id == person_id for p in members)), None)


def roster_at(at: datetime, layers: Iterable[str], shifts: Iterable[Shift], people: Iterable[Person]) -> Roster:
    """Say who is on call at `at`.

    A shift with bounds comes before one that is always on. Unverified numbers do not count while anybody's
    verified number does; when nobody at all is on call, everybody there is stands on the first layer: a page to
    somebody off duty is better than a page to nobody.
    """
    layers = tuple(layers)
    people = _reachable(people)
    on_now = [shift for shift in shifts if shift.covers(at) and shift.person in people]
    on_now.sort(key=lambda shift: (shift.starts_at is None, shift.person.id))
    found = {
        layer: tuple(dict.fromkeys(shift.person for shift in on_now if shift.layer == layer))
        for layer in (*layers, SUPERVISOR)
    }
    if not any(found[layer] for layer in layers):
        found[layers[0]] = tuple(person for person in people if person not in found[SUPERVISOR]) or people
    return Roster(found)


@dataclass(frozen=True)
class Gap:
    """A time during which nobody is on a layer."""

    layer: str
    starts_at: datetime
    ends_at: datetime


def gaps(layer: str, shifts: Iterable[Shift], starts_at: datetime, ends_at: datetime) -> list[Gap]:
    """Find when nobody with a verified number is on a layer, from one instant to another."""
    on_layer = [shift for shift in shifts if shift.layer == layer and shift.person.verified]
    found, covered_until = [], starts_at
    for begins, ends in sorted((shift.starts_at or starts_at, shift.ends_at or ends_at) for shift in on_layer):
        if begins > covered_until:
            found.append(Gap(layer, covered_until, min(begins, ends_at)))
        covered_until = max(covered_until, ends)
        if covered_until >= ends_at:
            break
    if covered_until < ends_at:
        found.append(Gap(layer, covered_until, ends_at))
    return [gap for gap in found if gap.starts_at < gap.ends_at]


def _reachable(people: Iterable[Person]) -> tuple[Person, ...]:
    everybody = tuple(people)
    return tuple(person for person in everybody if person.verified) or everybody
