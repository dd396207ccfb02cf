"""Why somebody is on call at an instant: the cover, turn or shift that puts them there, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.desk.escalation_policy import FALLBACK
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Schedule
from callbacks.people.person import Person
from callbacks.text.formats import day_and_time


def why_on(schedule: Schedule, layer: str, person: Person, at: datetime, zone: ZoneInfo) -> str:
    """Say what puts a person on a layer at an instant; "" when nothing does."""
    return next(_reasons(schedule, layer, person, at, zone), "")


def _reasons(schedule: Schedule, layer: str, person: Person, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    names = {each.id: each.name for each in schedule.people}
    if all(each.id != person.id for each in schedule.on_call(layer, at)):
        if any(each.id == person.id for each in schedule.roster(at).on(layer)):
            yield f"stands in: nobody on {layer} can be reached" if layer != FALLBACK else "stands in"
        return
    for override in reversed(schedule.overrides):
        if override.layer == layer and override.covers(at) and override.person.id == person.id:
            whom = names.get(override.instead_of, "whoever was on") if override.instead_of else "whoever was on"
            yield f"covers for {whom}, {_span(override.starts_at, override.ends_at, zone)}"
    for rotation in schedule.rotations:
        turn = rotation.turn_at(at) if rotation.layer == layer else None
        if turn is not None and rotation.member(turn).id == person.id:
            yield f"their turn, {_span(rotation.begins(turn), rotation.begins(turn + 1), zone)}"
    shifts = [shift for shift in schedule.shifts if shift.layer == layer and shift.person.id == person.id]
    yield from (_shift(shift, zone) for shift in shifts if shift.covers(at))


def _shift(shift: Shift, zone: ZoneInfo) -> str:
    if shift.starts_at is None and shift.ends_at is None:
        return "always on it"
    return f"their shift, {_span(shift.starts_at, shift.ends_at, zone)}"


def _span(starts_at: datetime | None, ends_at: datetime | None, zone: ZoneInfo) -> str:
    begins = f"from {day_and_time(starts_at, zone)}" if starts_at else ""
    ends = f"until {day_and_time(ends_at, zone)}" if ends_at else ""
    return " ".join(filter(None, (begins, ends)))
