"""How long everybody is on call, for pay. Hours that pass, not hours on the wall: a change of the clock counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.oncall.schedule import Schedule, Stretch

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class HoursOnCall:
    """One person's hours; in all, an hour on two layers counts once."""

    name: str
    by_layer: Mapping[str, float]
    in_all: float

    def on(self, layer: str) -> float:
        return self.by_layer.get(layer, 0.0)


def hours_on_call(plan: Schedule, starts_at: datetime, ends_at: datetime) -> list[HoursOnCall]:
    """Everybody's hours between two instants, by name; whoever has none is not there."""
    served: dict[str, list[Stretch]] = {}
    for layer in plan.all_layers:
        for stretch in plan.stretches(layer, starts_at, ends_at):
            for duty in stretch.duties:
                served.setdefault(duty.person.name, []).append(stretch)
    return [HoursOnCall(name, _by_layer(stretches), _in_all(stretches)) for name, stretches in sorted(served.items())]


def _by_layer(served: list[Stretch]) -> dict[str, float]:
    found: dict[str, timedelta] = {}
    for stretch in served:
        found[stretch.layer] = found.get(stretch.layer, timedelta(0)) + (stretch.ends_at - stretch.starts_at)
    return {layer: length / HOUR for layer, length in found.items()}


def _in_all(served: list[Stretch]) -> float:
    in_order = sorted(served, key=lambda stretch: stretch.starts_at)
    total, counted_to = timedelta(0), in_order[0].starts_at
    for stretch in in_order:
        total += max(stretch.ends_at - max(stretch.starts_at, counted_to), timedelta(0))
        counted_to = max(counted_to, stretch.ends_at)
    return total / HOUR
