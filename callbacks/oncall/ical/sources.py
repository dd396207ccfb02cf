"""Calendars of others that a layer's shifts are imported from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.db.tables import CalendarSource, ShiftRow, Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound
from callbacks.oncall import store
from callbacks.oncall.ical.parse import FoundShift
from callbacks.people.technicians import everybody

IMPORTED_BACK, IMPORTED_AHEAD = timedelta(days=1), timedelta(days=120)
READ_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Imported:
    """The result of an import: the number of shifts, and the titles of events that name no technician."""

    shifts: int
    unknown: tuple[str, ...]


def add_source(session: Session, desk: Desk, layer: str, origin: str, now: datetime) -> CalendarSource:
    """Return the calendar that a layer's shifts come from, and add it if it is new. Raise WrongState.

    `origin` is an address, which is read every hour, or the name of a file. One origin and layer is one source, so
    that a new import replaces the previous one.
    """
    store.check_layer(desk, layer)
    known = select(CalendarSource).where(CalendarSource.layer == layer, CalendarSource.url == origin)
    found = session.scalars(known).first()
    if found is None:
        found = CalendarSource(layer=layer, url=origin, next_action_at=now + READ_EVERY, trouble="")
        session.add(found)
        session.flush()
    return found


def remove_source(session: Session, source_id: int, now: datetime) -> None:
    """Remove a calendar and the shifts imported from it. Raise NotFound."""
    source = session.get(CalendarSource, source_id)
    if source is None:
        raise NotFound(f"There is no calendar {source_id}. Look at: calendar list.")
    removed = session.execute(delete(ShiftRow).where(ShiftRow.source_id == source.id).returning(ShiftRow.id)).all()
    origin = urlsplit(source.url).hostname or source.url  # the rest of an address is a secret
    record_removal(session, f"calendar {source.id} on {source.layer} from {origin}, with {len(removed)} shifts")
    session.delete(source)
    store.note_edit(session, now)


def import_shifts(session: Session, source: CalendarSource, found: Sequence[FoundShift], now: datetime) -> Imported:
    """Replace the shifts of a source by those found now. An event belongs to the technician its title names."""
    people = everybody(session)
    session.execute(delete(ShiftRow).where(ShiftRow.source_id == source.id))
    unknown: dict[str, None] = {}
    count = 0
    for event in found:
        row = _named_in(event.summary, people)
        if row is None:
            unknown[event.summary.strip()[:80]] = None
            continue
        shift = ShiftRow(technician_id=row.id, layer=source.layer, starts_at=event.starts_at, ends_at=event.ends_at)
        shift.source_id = source.id
        session.add(shift)
        count += 1
    source.read_at, source.trouble = now, ""
    store.note_edit(session, now)
    return Imported(count, tuple(unknown))


def _named_in(summary: str, people: Sequence[Technician]) -> Technician | None:
    """Return the technician whose full name is in an event's title. If there are several, the longest name wins."""
    words = " ".join(summary.casefold().split())
    named = [row for row in people if row.name.casefold() in words]
    return max(named, key=lambda row: len(row.name), default=None)


def import_span(now: datetime) -> tuple[datetime, datetime]:
    """Return the span of time that shifts are imported for."""
    return now - IMPORTED_BACK, now + IMPORTED_AHEAD
