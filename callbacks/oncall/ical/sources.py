"""Calendars: each technician's shifts and the whole rota as feeds, and shifts taken from somebody else's calendar."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from callbacks.db.tables import CalendarKey, CalendarSource, ShiftRow, Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound
from callbacks.oncall import store
from callbacks.oncall.ical.feed import feed
from callbacks.oncall.ical.parse import FoundShift
from callbacks.oncall.roster import Shift
from callbacks.people.technicians import everybody

log = structlog.get_logger(__name__)

SHOWN_AHEAD = timedelta(days=190)
TAKEN_BACK, TAKEN_AHEAD = timedelta(days=1), timedelta(days=120)
READ_EVERY = timedelta(hours=1)


# Feeds


def key_of(session: Session, technician: Technician | None, now: datetime) -> str:
    """The secret of a feed, the same one until it is revoked. None: the whole rota."""
    found = session.scalars(_keys(technician)).first()
    if found is not None:
        return found.key
    made = CalendarKey(
        key=secrets.token_urlsafe(32), technician_id=technician.id if technician is not None else None, made_at=now
    )
    session.add(made)
    return made.key


def revoke(session: Session, technician: Technician | None, now: datetime) -> int:
    """Make every address given out for this feed worthless; say how many there were."""
    found = session.scalars(_keys(technician)).all()
    for key in found:
        key.revoked_at = now
    return len(found)


def _keys(technician: Technician | None) -> Select[CalendarKey]:
    whose = CalendarKey.technician_id.is_(None) if technician is None else CalendarKey.technician_id == technician.id
    return select(CalendarKey).where(whose, CalendarKey.revoked_at.is_(None))


def feed_for(session: Session, desk: Desk, key: str, now: datetime) -> bytes | None:
    """The calendar that a secret opens: iCalendar, from last month to half a year ahead. None: no such secret."""
    found = session.get(CalendarKey, key)
    if found is None or found.revoked_at is not None:
        return None
    technician = session.get(Technician, found.technician_id) if found.technician_id is not None else None
    shifts = shifts_shown(session, desk, technician, now)
    company = desk.company.sender
    name = f"{company}: {technician.name} on call" if technician is not None else f"{company}: on call"
    return feed(name, shifts, desk.zone, now)


def shifts_shown(session: Session, desk: Desk, technician: Technician | None, now: datetime) -> list[Shift]:
    """Whole shifts as they will really be, covers and time off counted in; of one technician, or of everybody.

    The span begins and ends with a month: what is cut there is cut the same way from fetch to fetch.
    """
    starts_at, ends_at = _month_before(now), _month_of(now + SHOWN_AHEAD)
    plan = store.schedule(session, desk, starts_at)
    shifts = [shift for layer in plan.all_layers for shift in plan.spans(layer, starts_at, ends_at)]
    return [shift for shift in shifts if technician is None or shift.person.id == technician.id]


def _month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_before(at: datetime) -> datetime:
    return _month_of(_month_of(at) - timedelta(days=1))


# Somebody else's calendar


@dataclass(frozen=True)
class Taken:
    """What became of a calendar that was read: how many shifts, and the events that name no technician."""

    shifts: int
    unknown: tuple[str, ...]


def add_source(session: Session, desk: Desk, layer: str, origin: str, now: datetime) -> CalendarSource:
    """Name a calendar that a layer's shifts come from: an address, read again every hour, or a file's name.

    The same one for the same layer is one source, so that what is taken anew replaces what was taken before.
    """
    store.check_layer(desk, layer)
    known = select(CalendarSource).where(CalendarSource.layer == layer, CalendarSource.url == origin)
    found = session.scalars(known).first()
    if found is None:
        found = CalendarSource(layer=layer, url=origin, next_action_at=now + READ_EVERY, trouble="")
        session.add(found)
        session.flush()
    return found


def drop_source(session: Session, source_id: int, now: datetime) -> None:
    """Forget a calendar and the shifts taken from it. Raises NotFound."""
    source = session.get(CalendarSource, source_id)
    if source is None:
        raise NotFound(f"There is no calendar {source_id}. Look at: calendar list.")
    session.execute(delete(ShiftRow).where(ShiftRow.source_id == source.id))
    session.delete(source)
    store.note_edit(session, now)


def take(session: Session, source: CalendarSource, found: Sequence[FoundShift], now: datetime) -> Taken:
    """Put what a calendar says in the place of what it said before; events are matched by a technician's name."""
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
    return Taken(count, tuple(unknown))


def _named_in(summary: str, people: Sequence[Technician]) -> Technician | None:
    """The technician whose whole name stands in an event's title; of several, the longest name."""
    words = " ".join(summary.casefold().split())
    named = [row for row in people if row.name.casefold() in words]
    return max(named, key=lambda row: len(row.name), default=None)


def read_span(now: datetime) -> tuple[datetime, datetime]:
    return now - TAKEN_BACK, now + TAKEN_AHEAD
