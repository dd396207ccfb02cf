"""The story of a call, told in lines that are only ever added: who did what, when, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import Call, Callback, Event


def tell(session: Session, call_sid: str, at: datetime, actor: str, what: str, detail: str = "") -> None:
    """Add a line."""
    session.add(Event(call_sid=call_sid, at=at, actor=actor[:255], what=what, detail=detail[:2000]))


def story_of(session: Session, call_sid: str) -> Sequence[Event]:
    """Give every line of a call's story, in the order in which it happened."""
    return session.scalars(select(Event).where(Event.call_sid == call_sid).order_by(Event.at, Event.id)).all()


def in_words(session: Session, zone: ZoneInfo) -> Iterator[str]:
    """Tell every call's story, a line each, in the desk's own time."""
    for call in session.scalars(select(Call).order_by(Call.began_at)):
        callback = session.scalar(select(Callback).where(Callback.call_sid == call.sid))
        about = f", callback {callback.reference} {callback.state.value}" if callback else ""
        yield f"Call on the {call.line} line: {call.outcome.value}{about}"
        for event in story_of(session, call.sid):
            yield f"  {event.at.astimezone(zone):%H:%M:%S}  {event.actor:<14}{event.what}  {event.detail}".rstrip()
