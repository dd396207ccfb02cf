"""Keeps a callback that is due in support hours from paging people while the desk is closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.states import PROMISED_AT_ANY_HOUR
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from sla.hours import NeverOpen


def not_while_closed(session: Session, desk: Desk, callback: Callback, at: datetime) -> datetime:
    """Return when the next step comes that is planned for `at`: then or, while the desk is closed, when it opens.

    A missed call of a Friday afternoon is due on Monday morning, so nobody is woken for it in between. A voicemail,
    whatever its priority promises around the clock, and a call at a time that the customer named, is never put off.
    Neither is the step at the deadline.
    """
    if at == callback.due_at or not counts_support_hours(desk, callback):
        return at
    try:
        return support_hours(session, desk).next_opening(at)
    except NeverOpen:
        return at


def counts_support_hours(desk: Desk, callback: Callback) -> bool:
    """Return whether the first reaction to a callback is promised in support hours only."""
    first_reaction = desk.promises[callback.priority].first_reaction
    is_said = callback.origin in PROMISED_AT_ANY_HOUR or callback.promised_from is not None
    return not is_said and first_reaction.business_time
