"""Why somebody is on call at an instant, as text: an override, a rotation or a shift. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.desk.escalation_policy import FALLBACK
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Override, Schedule
from callbacks.people.person import Person
from callbacks.text.formats import day_and_time


def on_call_reason(schedule: Schedule, layer: str, person: Person, at: datetime, zone: ZoneInfo) -> str:
    """Return what puts a person on a layer at an instant, or "" when nothing does."""
    return next(_reasons(schedule, layer, person, at, zone), "")


def _reasons(schedule: Schedule, layer: str, person: Person, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    if all(each.id != person.id for each in schedule.on_call(layer, at)):
        if any(each.id == person.id for each in schedule.roster(at).on(layer)):
            yield "fallback" if layer == FALLBACK else f"fallback: nobody on {layer} can be reached"
        return
    for override in reversed(schedule.overrides):
        if override.layer == layer and override.covers(at) and override.person.id == person.id:
            yield _override(schedule, override, zone)
    for rotation in schedule.rotations:
        turn = rotation.turn_at(at) if rotation.layer == layer else None
        if turn is not None and rotation.member(turn).id == person.id:
            yield f"their turn, {_span(rotation.begins(turn), rotation.begins(turn + 1), zone)}"
    for shift in schedule.shifts:
        if shift.layer == layer and shift.person.id == person.id and shift.covers(at):
            yield _shift(shift, zone)


def _override(schedule: Schedule, override: Override, zone: ZoneInfo) -> str:
    names = {person.id: person.name for person in schedule.people}
    whom = names.get(override.instead_of) if override.instead_of else None
    return f"covers for {whom or 'the whole layer'}, {_span(override.starts_at, override.ends_at, zone)}"


def _shift(shift: Shift, zone: ZoneInfo) -> str:
    if shift.starts_at is None and shift.ends_at is None:
        return "always on call"
    return f"their shift, {_span(shift.starts_at, shift.ends_at, zone)}"


def _span(starts_at: datetime | None, ends_at: datetime | None, zone: ZoneInfo) -> str:
    begins = f"from {day_and_time(starts_at, zone)}" if starts_at else ""
    ends = f"until {day_and_time(ends_at, zone)}" if ends_at else ""
    return " ".join(filter(None, (begins, ends)))
