"""Alerts a user and the supervisors to too many failed logins to an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.states import Channel, PageKind
from callbacks.db.tables import User
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.alerts import add_alert, alert_supervisors
from callbacks.people.technicians import person

AGAIN_AFTER = timedelta(days=1)
# So that fifty locked accounts wake the supervisors once.
SUPERVISORS_AGAIN_AFTER = timedelta(hours=1)
TOLD_BY = (Channel.TEXT, Channel.MAIL)


def tell_of_lock(session: Session, desk: Desk, user: User, peer: str, now: datetime) -> None:
    """Alert the user, if they are a technician, and the supervisors, once a day for each account."""
    if user.lock_told_at is not None and now - user.lock_told_at < AGAIN_AFTER:
        return
    user.lock_told_at = now
    if marks.hold(session, "supervisors were told of a lock", now + SUPERVISORS_AGAIN_AFTER, now):
        alert_supervisors(session, desk, f"lock {now.isoformat()}", messages.locked(user.email, peer), now)
    _tell_user(session, desk, user, peer, now)


def _tell_user(session: Session, desk: Desk, user: User, peer: str, now: datetime) -> None:
    technician = user.technician
    if technician is None or technician.left_at is not None:
        return
    text = messages.alarm(desk.company.sender, messages.your_account_locked(peer)).for_(technician.language)
    for method in person(technician).contact_methods:
        if method.channel in TOLD_BY:
            add_alert(session, technician.id, method, PageKind.ALARM, text, now)
