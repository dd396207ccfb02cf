"""Reports a critical callback that is not resolved in time, once, to the supervisors and its owner.

Escalation ends with the first attempt to reach the customer, so nothing else would report it. Other priorities are
shown in the console and in the digest: their time runs in support hours, and nobody needs to be woken.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import PageKind
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.sla_status import TRIED_AND_OPEN, resolutions
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.messages import unresolved
from callbacks.paging.notices import text_if_reachable
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_of
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.formats import time_and_day
from sla.promises import Standing


def report_overdue(session: Session, desk: Desk, now: datetime) -> None:
    """Report every overdue resolution of a priority that is promised around the clock."""
    critical = [name for name, targets in desk.priorities.items() if targets.around_the_clock]
    which = TRIED_AND_OPEN & Callback.priority.in_(critical)
    if session.scalar(select(Callback.id).where(which).limit(1)) is None:
        return
    for owed in resolutions(session, desk, support_hours(session, desk), which, now):
        if owed.promise.standing is Standing.BREACHED and owed.promise.due_at is not None:
            _report(session, desk, session.get_one(Callback, owed.callback_id), owed.promise.due_at, now)


def _report(session: Session, desk: Desk, callback: Callback, due_at: datetime, now: datetime) -> None:
    reference, owner = callback.reference, callback.owner
    in_english, in_french = (time_and_day(due_at, desk.zone, now, language) for language in ("en", "fr"))
    whose = f"{owner.name} has it." if owner else "Nobody has it."
    english = f"{reference} ({callback.priority.value}) should have been resolved by {in_english} and is open. {whose}"
    french = f"{reference} ({callback.priority.value}): à régler avant {in_french}, toujours ouvert."
    if not alert_supervisors(
        session, desk, f"unresolved {reference} {due_at:%Y-%m-%d %H:%M}", Words(english, french), now
    ):
        return
    detail = f"Due by {in_english}, still open."
    record_event(session, callback.call_sid, now, Actor.DESK, EventKind.RESOLUTION_OVERDUE, detail)
    if owner is not None:
        code = code_for(session, callback, owner.id)
        words = unresolved(subject_of(desk, callback), code, due_at, now)
        text_if_reachable(session, callback, owner, PageKind.UNRESOLVED, words, now, code)
