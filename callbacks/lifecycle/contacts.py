"""A word from the customer: whatever waits for them is decided again (policy: Priorities)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.states import CallbackState
from callbacks.db.tables import Call, Callback
from callbacks.lifecycle.transitions import review


def note_contact(session: Session, number: str, now: datetime) -> None:
    """Have the worker look again at every open callback of the customer who just called or wrote from this number."""
    theirs = select(Callback.id).join(Call, Callback.call_sid == Call.sid).where(Call.customer_number == number)
    for callback_id in session.scalars(theirs.where(Callback.state == CallbackState.OPEN).order_by(Callback.id)).all():
        review(locked(session, Callback, callback_id), now)
