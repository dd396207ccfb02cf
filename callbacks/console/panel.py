"""What stands beside the open callbacks: who is on call and until when, gaps ahead, and whether pages can go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.desk import Desk
from callbacks.health import silence_of_workers
from callbacks.oncall import rota
from callbacks.oncall.schedule import Gap, Schedule
from callbacks.saying import span
from callbacks.tables import Page
from callbacks.technicians import everybody

LOOKS_AHEAD = timedelta(days=14)
LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class OnCall:
    """One layer: who is on it, and until when that is so; None: for as long as can be seen."""

    layer: str
    people: str
    until: datetime | None


@dataclass(frozen=True)
class Panel:
    layers: Sequence[OnCall]
    gaps: Sequence[Gap]
    troubles: Sequence[str]  # in words; none: all is well


def panel(session: Session, desk: Desk, now: datetime) -> Panel:
    """Load and word it."""
    plan = rota.schedule(session, desk, now)
    layers = [_on_call(plan, layer, now) for layer in plan.staffed_layers()]
    return Panel(layers, rota.gaps_ahead(session, desk, now), list(_troubles(session, now)))


def _on_call(plan: Schedule, layer: str, now: datetime) -> OnCall:
    on_it = [shift for shift in plan.spans(layer, now, now + LOOKS_AHEAD) if shift.covers(now)]
    ends = min((shift.ends_at for shift in on_it if shift.ends_at is not None), default=None)
    until = ends if ends is not None and ends < now + LOOKS_AHEAD else None
    return OnCall(layer, ", ".join(shift.person.name for shift in on_it) or "nobody", until)


def _troubles(session: Session, now: datetime) -> list[str]:
    found = [silence_of_workers(session, now)]
    late = session.scalar(select(func.min(Page.next_action_at)).where(Page.state == "due"))
    if late is not None and now - late > LATE:
        found.append(f"A page has been waiting for {span(now - late)} to go out. Look at the worker and the carrier.")
    for row in everybody(session):
        found += [f"{row.name} cannot be reached by {way}: {why}" for way, why in row.troubles.items()]
    return [words for words in found if words]
