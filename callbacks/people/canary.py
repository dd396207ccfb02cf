"""The number that receives the page of the daily canary. It is in no list of technicians, and on no rota."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.canaries import BY_DESK_FILE
from callbacks.db.states import Channel
from callbacks.db.tables import Technician
from callbacks.people.person import ContactMethod, Person

NAME = "Daily canary"


def canary_recipient(session: Session) -> Person | None:
    """Return who receives the page of a canary, by text only, or None while no canary has begun."""
    row = _row(session)
    if row is None:
        return None
    return Person(row.id, row.name, row.phone, contact_methods=(ContactMethod(Channel.TEXT),), is_allowed=True)


def is_canary(row: Technician) -> bool:
    """Return whether this is the recipient of the canary, and no person."""
    return row.phone_allowed_by == BY_DESK_FILE


def set_up_recipient(session: Session, number: str, now: datetime) -> None:
    """Make this number the one that receives the page. Earlier failures are forgotten: it is tried every day."""
    row = _row(session) or Technician(name=NAME, phone_allowed_by=BY_DESK_FILE, created_at=now, verified_at=now)
    row.phone, row.troubles, row.rules = number, {}, []
    session.add(row)
    session.flush()


def _row(session: Session) -> Technician | None:
    return session.scalar(select(Technician).where(Technician.phone_allowed_by == BY_DESK_FILE))
