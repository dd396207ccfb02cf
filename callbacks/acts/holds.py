"""Holds: until a time, nobody is paged about a callback. It can wait, or its customer has named a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Urgency
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import end_hold, hold
from callbacks.lifecycle.waiting import end_wait_for_time
from callbacks.paging.pages import cancel_waiting
from callbacks.records.event_log import record_event
from callbacks.text.formats import day_and_time

CAN_WAIT = "the caller said that it can wait until the desk opens"
CAME_BY_MAIL = "it came by mail while the desk was closed"
MAILED_AGAIN = "the customer wrote a mail while the desk was closed"
TEXTED_AGAIN = "the customer texted while the desk was closed"
TIME_NAMED = "the customer asked to be called at {time}"


def begin_hold(
    session: Session, desk: Desk, callback: Callback, until: datetime, by: str, why: str, now: datetime
) -> None:
    """Have nobody paged before an instant, and cancel the pages that have not left.

    If the instant has passed, people are paged from now on.
    """
    if until <= now:
        release_hold(session, callback, by, why, now)
        return
    hold(callback, until)
    cancel_waiting(session, callback)
    detail = f"until {day_and_time(until, desk.zone)}, because {why}"
    record_event(session, callback.contact_sid, now, by, EventKind.HELD, detail)


def waits_for_opening(callback: Callback) -> bool:
    """Return whether nobody is paged before the desk opens, only because the customer wrote while it was closed.

    A caller who presses that it can wait, or who names a time, has asked for it.
    """
    has_asked = callback.contact.urgency is Urgency.CAN_WAIT or callback.named_time_at is not None
    return callback.held_until is not None and not has_asked and not callback.perhaps_robot


def can_wait(callback: Callback) -> bool:
    """Return whether nobody is paged before the desk opens, because its caller pressed that it can wait."""
    has_pressed = callback.contact.urgency is Urgency.CAN_WAIT and callback.named_time_at is None
    return callback.held_until is not None and has_pressed and not callback.perhaps_robot


def release_hold(session: Session, callback: Callback, by: str, why: str, now: datetime) -> None:
    """Have people paged from now on, if nobody was to be paged yet. The desk waits for no time that was named."""
    end_wait_for_time(session, callback, now)
    if end_hold(callback, now):
        record_event(session, callback.contact_sid, now, by, EventKind.HOLD_ENDED, why)
