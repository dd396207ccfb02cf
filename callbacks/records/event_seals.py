"""Seals over the event log. The worker adds one every few minutes, over the events since the last.

Events are not sealed as they are added, because calls would have to wait for each other. A seal also covers the length
of the audit log at that time, so cutting off the end of the audit log alone is detected.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, func, select, text, true, type_coerce
from sqlalchemy.orm import Session

from callbacks.db.tables import AuditEntry, Event, EventSeal
from callbacks.records.seals import Head, Seal, key_of

BATCH = 1000  # events of one seal at most, so that other transactions wait for some 20 ms at most
# The kind is read as it is stored, so that one edited into an unknown value is reported and not an error.
EVENTS = select(
    Event.id, Event.contact_sid, Event.at, Event.actor, type_coerce(Event.kind, String), Event.step, Event.detail
).order_by(Event.id)


class EventRow(NamedTuple):
    """An event as it is sealed."""

    id: int
    contact_sid: str
    at: datetime
    actor: str
    kind: str
    step: int | None
    detail: str

    def add_to(self, seal: Seal) -> None:
        seal.add(self.id, self.contact_sid, self.at.isoformat(), self.actor, self.kind, self.step, self.detail)


def highest_event_id(session: Session) -> int:
    """Return the highest id of an event; 0 where there is none."""
    return session.scalar(select(func.max(Event.id))) or 0


def latest_seal(session: Session) -> EventSeal | None:
    return session.scalars(select(EventSeal).order_by(EventSeal.id.desc()).limit(1)).first()


def head(session: Session) -> Head:
    """Return how many events are sealed, and the last seal."""
    last = latest_seal(session)
    return Head(last.events, last.seal) if last is not None else Head(0, "")


def seal_events(session: Session, up_to: int, now: datetime) -> bool:
    """Seal the next events, none beyond the id `up_to`. Return whether there may be more.

    No transaction that is still open may hold a lower id: its event would appear within a sealed range.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.execute(text("LOCK TABLE event_seals IN EXCLUSIVE MODE"))
    before = latest_seal(session)
    events = _events_after(session, before, up_to)
    made = _counted(session, before, events, now)
    if (made.events, made.entries) == ((before.events, before.entries) if before is not None else (0, 0)):
        return False
    seal = begin_seal(key_of(session), before)
    for event in events:
        event.add_to(seal)
    made.seal = end_seal(seal, made)
    session.add(made)
    return len(events) == BATCH


def _events_after(session: Session, before: EventSeal | None, up_to: int) -> list[EventRow]:
    is_new = Event.id > before.last_event_id if before is not None else true()
    return [EventRow(*row) for row in session.execute(EVENTS.where(is_new, Event.id <= up_to).limit(BATCH))]


def _counted(session: Session, before: EventSeal | None, events: list[EventRow], now: datetime) -> EventSeal:
    """Return a row that says how far both logs go, without its seal."""
    made = EventSeal(at=now, last_event_id=0, events=0, last_entry_id=0, entries=0, entry_seal="")
    if before is not None:
        made.last_event_id, made.events, made.entries = before.last_event_id, before.events, before.entries
    if events:
        made.last_event_id, made.events = events[-1].id, made.events + len(events)
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).first()
    if last is not None:
        counted_to = before.last_entry_id if before is not None else 0
        added = select(func.count()).where(AuditEntry.id > counted_to, AuditEntry.id <= last.id)
        made.last_entry_id, made.entry_seal = last.id, last.seal
        made.entries += session.scalar(added) or 0
    return made


def begin_seal(key: bytes, before: EventSeal | None) -> Seal:
    """Begin the seal that follows another. Add its events, then end it."""
    return Seal(key, "events", before.seal if before is not None else "")


def end_seal(seal: Seal, made: EventSeal) -> str:
    """Return the seal, with what the row says of both logs, in hexadecimal."""
    seal.add(made.at.isoformat(), made.last_event_id, made.events)
    seal.add(made.last_entry_id, made.entries, made.entry_seal)
    return str(seal)
