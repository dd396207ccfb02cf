"""How long each person is on call, for pay. Hours are elapsed hours, also when the clocks change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.oncall.schedule import Schedule, Segment

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class HoursOnCall:
    """One person's hours by layer. In the total, an hour on two layers counts once."""

    name: str
    by_layer: Mapping[str, float]
    total: float

    def on(self, layer: str) -> float:
        return self.by_layer.get(layer, 0.0)


def hours_on_call(plan: Schedule, starts_at: datetime, ends_at: datetime) -> list[HoursOnCall]:
    """Return the hours of each person who is on call between two instants, ordered by name."""
    served: dict[str, list[Segment]] = {}
    for layer in plan.all_layers:
        for segment in plan.segments(layer, starts_at, ends_at):
            for assignment in segment.assignments:
                served.setdefault(assignment.person.name, []).append(segment)
    return [HoursOnCall(name, _by_layer(segments), _total(segments)) for name, segments in sorted(served.items())]


def _by_layer(served: list[Segment]) -> dict[str, float]:
    found: dict[str, timedelta] = {}
    for segment in served:
        found[segment.layer] = found.get(segment.layer, timedelta(0)) + (segment.ends_at - segment.starts_at)
    return {layer: length / HOUR for layer, length in found.items()}


def _total(served: list[Segment]) -> float:
    in_order = sorted(served, key=lambda segment: segment.starts_at)
    total, counted_to = timedelta(0), in_order[0].starts_at
    for segment in in_order:
        total += max(segment.ends_at - max(segment.starts_at, counted_to), timedelta(0))
        counted_to = max(counted_to, segment.ends_at)
    return total / HOUR
