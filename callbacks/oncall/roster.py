"""Who is on call at one instant, layer by layer. Values only: `store` reads the rota."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.people.person import DEFAULT_METHODS, Person


@dataclass(frozen=True)
class Shift:
    """One person on one layer. None as a start or an end means that there is no limit."""

    person: Person
    layer: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class Roster:
    """Who is on call at one instant. Each layer lists its people in the order they are paged."""

    layers: Mapping[str, tuple[Person, ...]]
    people: tuple[Person, ...] = ()

    def on(self, layer: str) -> tuple[Person, ...]:
        return self.layers.get(layer, ())

    def everyone(self) -> tuple[Person, ...]:
        """Return everybody on the layers of the desk, once each, the first layer first.

        The supervisor and fallback layers do not count.
        """
        extra = (SUPERVISOR, FALLBACK)
        people = [person for layer, members in self.layers.items() if layer not in extra for person in members]
        return tuple(dict.fromkeys(people))

    def named(self, name: str) -> tuple[Person, ...]:
        """Return the person of that name, on call or not, or an empty tuple."""
        return tuple(person for person in self.people if person.name.casefold() == name.strip().casefold())

    def layer_of(self, person_id: int) -> str | None:
        return next(iter(self.layers_of(person_id)), None)

    def layers_of(self, person_id: int) -> tuple[str, ...]:
        return tuple(layer for layer, members in self.layers.items() if any(p.id == person_id for p in members))

    def supervisors(self) -> tuple[Person, ...]:
        """Return the supervisors on call or, if there are none, the people on the highest layer that has any."""
        for layer in (SUPERVISOR, FALLBACK, *reversed(list(self.layers))):
            if self.on(layer):
                return self.on(layer)
        return self.people


def roster_of(layers: Mapping[str, tuple[Person, ...]], people: Iterable[Person]) -> Roster:
    """Return who can be paged, when `layers` are on call and `people` are all current technicians.

    Only people with a verified number and a working contact method count. If nobody has a working method, text and
    call are tried again for everybody, because a failure may have passed. An empty layer gets the fallback layer. If
    nobody is on call at all, everybody is on the first layer: better to page somebody off assignment than nobody.
    """
    everybody = _reachable(people)
    known = {person.id: person for person in everybody}
    found = {layer: tuple(known[p.id] for p in members if p.id in known) for layer, members in layers.items()}
    own = [layer for layer in found if layer not in (SUPERVISOR, FALLBACK)]
    for layer in own:
        found[layer] = found[layer] or found.get(FALLBACK, ())
    if own and not any(found[layer] for layer in own):
        supervisors = found.get(SUPERVISOR, ())
        found[own[0]] = tuple(person for person in everybody if person not in supervisors) or everybody
    return Roster(found, everybody)


def _reachable(people: Iterable[Person]) -> tuple[Person, ...]:
    verified = tuple(person for person in people if person.verified)
    reachable = tuple(person for person in verified if person.is_reachable)
    return reachable or tuple(replace(person, contact_methods=DEFAULT_METHODS) for person in verified)
