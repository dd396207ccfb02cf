"""Auto-close: a callback closes when its customer could not be reached and has been silent since.

It never closes by age alone, and never when it is critical: `sla.closing` decides from the facts loaded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import IN_VAIN, REACHED, PageKind
from callbacks.db.tables import Call, Callback, Event, ReachAttempt, ReceivedText, Waiting
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import Change, change_state, look_again_at
from callbacks.paging import messages
from callbacks.paging.notices import notify_paged
from callbacks.paging.subject import subject_of
from callbacks.records.event_log import record_event
from callbacks.worker.due_callbacks import DueCallbacks
from sla.clock import Clock
from sla.closing import Closing, automatic_closing


def auto_close(database: Database, desk: Desk, clock: Clock) -> DueCallbacks:
    """Return the job that closes callbacks."""
    return DueCallbacks(
        database, clock, lambda session, callback, now: close_if_silent(session, desk, callback, now), tried=True
    )


def close_if_silent(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Close a callback when its time has come, and text whom it concerns; otherwise set when to look at it again.

    It closes in support hours even if its time comes at night, so that the text wakes nobody.
    """
    closing = _closing_of(session, desk, callback)
    closes_at = closing.closes_at and support_hours(session, desk).next_opening(closing.closes_at)
    if closes_at is None or closes_at > now:
        look_again_at(callback, closes_at)
        return
    change_state(callback, Change.AUTO_CLOSE, now)
    record_event(session, callback.call_sid, now, Actor.DESK, EventKind.AUTO_CLOSED, closing.reason)
    words = messages.closed_automatically(subject_of(desk, callback))
    notify_paged(session, desk, callback, PageKind.CLOSED, words, None, now)


def _closing_of(session: Session, desk: Desk, callback: Callback) -> Closing:
    attempts = session.scalars(select(ReachAttempt).where(ReachAttempt.callback_id == callback.id)).all()
    reached = [attempt.tried_at for attempt in attempts if attempt.outcome in REACHED]
    in_vain = [attempt.tried_at for attempt in attempts if attempt.outcome in IN_VAIN]
    heard_at = [*reached, *_customer_heard_at(session, callback)]
    reopened = select(Event.at).where(Event.call_sid == callback.call_sid, Event.kind == EventKind.REOPENED)
    began_at, rule = callback.call.began_at, desk.closing_rule
    return automatic_closing(callback.priority.value, began_at, in_vain, heard_at, session.scalars(reopened), rule)


def _customer_heard_at(session: Session, callback: Callback) -> Iterator[datetime]:
    """Yield when the customer called or wrote, and when a technician recorded that they did."""
    back = select(Waiting.until).where(Waiting.callback_id == callback.id, Waiting.until.is_not(None))
    yield from (at for at in session.scalars(back) if at is not None)
    number = callback.call.customer_number
    if number is not None:
        yield from session.scalars(select(Call.began_at).where(Call.caller == number))
        yield from session.scalars(select(ReceivedText.at).where(ReceivedText.sender == number))
