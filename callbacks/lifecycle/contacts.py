"""A word from the customer: whatever waits for them is decided again (policy: Priorities)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Contact
from callbacks.lifecycle.transitions import review
from callbacks.records.contacts_of_callback import is_of_callback


def note_contact(session: Session, number: str, now: datetime) -> None:
    """Have the worker look again at every open callback of the customer who just called or wrote from this number."""
    theirs = (
        select(Callback.id).join(Contact, Callback.contact_sid == Contact.sid).where(Contact.customer_number == number)
    )
    for callback_id in session.scalars(theirs.where(Callback.state == CallbackState.OPEN).order_by(Callback.id)).all():
        review(locked(session, Callback, callback_id), now)


def wants_manager(session: Session, callback: Callback) -> bool:
    """Return whether a caller of a callback has asked for a manager by key."""
    theirs = is_of_callback(Contact.sid, callback)
    return session.scalar(select(Contact.sid).where(theirs, Contact.wants_manager_at.is_not(None)).limit(1)) is not None
