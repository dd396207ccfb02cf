"""A technician leaves the team: they are paged no more, and what they owned escalates at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Technician
from callbacks.oncall.ical.feed_keys import revoke_feed
from callbacks.paging.follow_up import pass_over_departed_owner
from callbacks.people.technicians import remove_technician


def leave_team(session: Session, technician: Technician, now: datetime) -> None:
    """Stop paging a technician, end their feed, and give their open callbacks back to the escalation."""
    remove_technician(session, technician, now)
    revoke_feed(session, technician, now)
    theirs = select(Callback.id).where(Callback.owner_id == technician.id, Callback.state == CallbackState.OPEN)
    for callback_id in session.scalars(theirs.order_by(Callback.id)).all():
        pass_over_departed_owner(session, locked(session, Callback, callback_id), now)
