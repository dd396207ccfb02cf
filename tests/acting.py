"""Performs acts in tests: by a technician, or by a supervisor at the console."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Requester, Via, perform, technician_by
from callbacks.acts.ownership import Take
from callbacks.db.states import CallbackState, ReportedOutcome, Role
from callbacks.db.tables import Callback, Technician
from callbacks.desk.desk_file import Desk


def technician_acts(
    session: Session, desk: Desk, callback: Callback, act: Act, technician: Technician, now: datetime
) -> str:
    """Perform an act by text and return the answer in English. Raise Refused."""
    return perform(session, desk, callback.id, act, technician_by(technician, Via.TEXT), now).english


def supervisor_acts(session: Session, desk: Desk, callback: Callback, act: Act, email: str, now: datetime) -> str:
    """Perform an act at the console and return the answer in English. Raise Refused."""
    by = Requester(email, Via.CONSOLE, Role.SUPERVISOR, None)
    return perform(session, desk, callback.id, act, by, now).english


def takes(session: Session, desk: Desk, callback: Callback, technician: Technician, now: datetime) -> bool:
    """Take a callback and return whether the technician is its owner."""
    try:
        technician_acts(session, desk, callback, Take(), technician, now)
    except Refused:
        return False
    return True


def resolves(session: Session, desk: Desk, callback: Callback, technician: Technician, now: datetime) -> None:
    """Resolve a callback on the link page, unless it is closed."""
    if callback.state is CallbackState.OPEN:
        resolved = ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True)
        perform(session, desk, callback.id, resolved, technician_by(technician, Via.LINK), now)
