"""What the screen of the rota shows: who is on each layer, what was entered, and the hours on call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.console.rota.calendar import Dates, Day, LayerRow, layer_rows
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.paid_hours import HoursOnCall, hours_on_call
from callbacks.people.technicians import everybody


@dataclass(frozen=True)
class Entry:
    """A cover, time off or shift that was entered and can be removed."""

    what: str  # "shift", "cover", "off"
    id: int
    words: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class RotationRow:
    id: int
    words: str


@dataclass(frozen=True)
class RotaScreen:
    layers: Sequence[LayerRow]
    rotations: Sequence[RotationRow]
    upcoming: Sequence[Entry]
    hours: Sequence[HoursOnCall]
    people: Sequence[str]


def rota_screen(session: Session, desk: Desk, days: Sequence[Day], paid: Dates, now: datetime) -> RotaScreen:
    plan, names = store.schedule(session, desk, days[0].starts_at), {r.id: r.name for r in everybody(session)}
    return RotaScreen(
        layers=layer_rows(plan, days, now),
        rotations=list(_rotations(session, names, now)),
        upcoming=list(_upcoming(session, names, now)),
        hours=hours_between(session, desk, paid),
        people=sorted(names.values()),
    )


def hours_between(session: Session, desk: Desk, dates: Dates) -> list[HoursOnCall]:
    """Return how many hours each person is on call on some days."""
    starts_at, ends_at = dates.instants(desk.zone)
    return hours_on_call(store.schedule(session, desk, starts_at), starts_at, ends_at)


def _rotations(session: Session, names: Mapping[int, str], now: datetime) -> Iterator[RotationRow]:
    for row in store.rotations(session, now):
        members = ", ".join(names.get(member.technician_id, "(left)") for member in row.members)
        yield RotationRow(row.id, f"{row.layer}: {members}, every {row.hours} h from {row.first_day} {row.hand_off}")


def _upcoming(session: Session, names: Mapping[int, str], now: datetime) -> Iterator[Entry]:
    for cover in sorted(store.overrides(session, now), key=lambda row: row.starts_at):
        whom = "whoever is on" if cover.instead_of_id is None else names.get(cover.instead_of_id, "(left)")
        words = f"{cover.technician.name} covers {cover.layer} for {whom}"
        yield Entry("cover", cover.id, words, cover.starts_at, cover.ends_at)
    for off in store.absences(session, now):
        yield Entry("off", off.id, f"{names.get(off.technician_id, '(left)')} is off", off.starts_at, off.ends_at)
    for shift in store.manual_shifts(session, now):
        if shift.technician_id in names:
            words = f"{shift.technician.name} is on {shift.layer}"
            yield Entry("shift", shift.id, words, shift.starts_at, shift.ends_at)
