"""The story of a call, told in lines that are only ever added: who did what, when, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.tables import Event


def tell(session: Session, call_sid: str, at: datetime, actor: str, what: str, detail: str = "") -> None:
    """Add a line."""
    session.add(Event(call_sid=call_sid, at=at, actor=actor[:255], what=what, detail=detail[:2000]))


def story_of(session: Session, call_sid: str) -> Sequence[Event]:
    """Give every line of a call's story, in the order in which it happened."""
    return session.scalars(select(Event).where(Event.call_sid == call_sid).order_by(Event.at, Event.id)).all()
