"""Who can be woken at an instant, by layer. Values only: reading the rota is the shell's business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.people.person import EVERY_WAY, Person


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
    people: tuple[Person, ...] = ()

    def on(self, layer: str) -> tuple[Person, ...]:
        return self.layers.get(layer, ())

    def everyone(self) -> tuple[Person, ...]:
        """Everybody on any layer, once each, from the first layer upwards; supervisors and stand-ins are apart."""
        apart = (SUPERVISOR, FALLBACK)
        people = [person for layer, members in self.layers.items() if layer not in apart for person in members]
        return tuple(dict.fromkeys(people))

    def named(self, name: str) -> tuple[Person, ...]:
        """The person of that name, on call or not."""
        return tuple(person for person in self.people if person.name.casefold() == name.strip().casefold())

    def layer_of(self, person_id: int) -> str | None:
        return next(iter(self.layers_of(person_id)), None)

    def layers_of(self, person_id: int) -> tuple[str, ...]:
        return tuple(layer for layer, members in self.layers.items() if any(p.id == person_id for p in members))

    def supervisors(self) -> tuple[Person, ...]:
        """Who must answer for the desk: the supervisors, or whoever stands highest when there are none."""
        for layer in (SUPERVISOR, FALLBACK, *reversed(list(self.layers))):
            if self.on(layer):
                return self.on(layer)
        return self.people


def roster_of(layers: Mapping[str, tuple[Person, ...]], people: Iterable[Person]) -> Roster:
    """Say who can be woken, when `layers` are on call and `people` are all there are.

    Only verified numbers count, and only people whom some way reaches; when nothing is known to reach anybody, every
    way to everybody is tried again, for what failed once may work by now. A layer with nobody falls to the stand-in
    (`fallback`). When nobody at all is on call, everybody there is stands on the first layer: a page to somebody off
    duty is better than a page to nobody.
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
    return reachable or tuple(replace(person, ways=EVERY_WAY) for person in verified)
