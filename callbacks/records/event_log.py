"""The append-only log of a call and its callback: who did what, when, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ContactWay
from callbacks.db.tables import Contact, Event
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_words import event_words


def record_event(
    session: Session,
    contact_sid: str,
    at: datetime,
    actor: str,
    kind: EventKind,
    detail: str = "",
    *,
    step: int | None = None,
) -> None:
    """Add an event. The detail is for people: no code reads it."""
    session.add(
        Event(contact_sid=contact_sid, at=at, actor=str(actor)[:255], kind=kind, step=step, detail=detail[:2000]),
    )


def events_of(session: Session, contact_sid: str) -> Sequence[Event]:
    """Return every event of a call, oldest first."""
    return session.scalars(select(Event).where(Event.contact_sid == contact_sid).order_by(Event.at, Event.id)).all()


def lines_of_log(session: Session, zone: ZoneInfo) -> Iterator[str]:
    """Yield the log of every call and mail, one line an event, in the desk's time zone."""
    for call in session.scalars(select(Contact).order_by(Contact.began_at)):
        callback = callback_about(session, call.sid)
        about = f", callback {callback.reference} {callback.state.value}" if callback else ""
        if call.way is ContactWay.MAIL:
            yield f"Mail to the {call.mailbox} mailbox{about}"
        elif call.way is ContactWay.BY_HAND:
            yield f"Opened by hand{about}"
        else:
            yield f"Call on the {call.line} line: {call.outcome.value}{about}"
        for event in events_of(session, call.sid):
            words = event_words(event.kind, event.step)
            yield f"  {event.at.astimezone(zone):%H:%M:%S}  {event.actor:<14}{words}  {event.detail}".rstrip()
