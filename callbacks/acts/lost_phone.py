"""A technician's phone is lost. Anybody who finds it can read and answer texts, and may be logged in to the console."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Page, Technician, User
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import escalate_now
from callbacks.oncall.ical.feed_keys import revoke_feed
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.closed_hours import not_while_closed
from callbacks.paging.follow_up import pass_over_owner
from callbacks.people import sessions
from callbacks.people.contact_methods import end_links
from callbacks.people.verification import unverify_numbers


def report_lost_phone(session: Session, desk: Desk, technician: Technician, now: datetime) -> None:
    """Revoke everything that a lost phone gives access to, and page others about its technician's callbacks.

    None of the technician's numbers is used until it is verified again.
    """
    end_links(technician, now)
    unverify_numbers(session, technician, now)
    revoke_feed(session, technician, now)
    for user_id in session.scalars(select(User.id).where(User.technician_id == technician.id)).all():
        sessions.end_all(session, user_id)
    session.flush()
    alert_supervisors(
        session, desk, f"lost phone {technician.id} {now.isoformat()}", messages.phone_lost(technician.name), now
    )
    for callback_id in _concerned(session, technician):
        _page_others(session, desk, locked(session, Callback, callback_id), technician, now)


def _concerned(session: Session, technician: Technician) -> list[int]:
    """Return the open callbacks that a technician owns, or was paged for and that nobody owns."""
    paged = select(Page.callback_id).where(Page.technician_id == technician.id)
    may_take = Callback.owner_id.is_(None) & Callback.id.in_(paged)
    theirs = select(Callback.id).where(Callback.state == CallbackState.OPEN)
    return list(session.scalars(theirs.where((Callback.owner_id == technician.id) | may_take).order_by(Callback.id)))


def _page_others(session: Session, desk: Desk, callback: Callback, technician: Technician, now: datetime) -> None:
    if callback.owner_id == technician.id:
        pass_over_owner(session, callback, f"{technician.name} has lost their phone.", now)
    else:
        at = not_while_closed(session, desk, callback, now)
        escalate_now(callback, min(at, callback.next_action_at or at))
