"""The customer names the time at which they want to be called, by key or to somebody who writes it down.

Their word goes on record. People are paged shortly before that time, and the promise counts from it.
The clock of the resolution stands still until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED
from callbacks.acts.holds import TIME_NAMED, begin_hold
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, Urgency
from callbacks.db.tables import Callback, Contact
from callbacks.desk.desk_file import Desk
from callbacks.desk.spoken_promise import spoken_promise
from callbacks.lifecycle.transitions import move_promise
from callbacks.lifecycle.waiting import wait_for_time
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.formats import day_and_time

FARTHEST = timedelta(days=14)


@dataclass(frozen=True)
class NameTime(Act):
    """Move the call to the time that the customer asked for."""

    at: datetime

    conflicts = ENDED | {EventKind.TIME_NAMED, EventKind.ATTEMPT}

    def apply(self, context: ActContext) -> Words:
        if not context.now < self.at <= context.now + FARTHEST:
            raise Refused(wording.NOT_A_TIME_AHEAD)
        _move(context.session, context.desk, context.callback, self.at, context.by.name, context.now)
        return wording.time_named(context.desk, context.callback.reference, self.at, context.now)


def apply_named_time(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    """Move the call to the time that the caller entered. The caller of this function has locked the callback."""
    if contact.named_time_at is not None and callback.state is CallbackState.OPEN:
        _move(session, desk, callback, contact.named_time_at, Actor.CALLER, now)


def _move(session: Session, desk: Desk, callback: Callback, at: datetime, by: str, now: datetime) -> None:
    promise = spoken_promise(desk, callback.contact.began_at, Urgency.NONE, None, at)
    time = day_and_time(at, desk.zone)
    callback.named_time_at = at
    record_event(session, callback.contact_sid, now, by, EventKind.TIME_NAMED, time)
    move_promise(callback, promise.counted_from, promise.due_at, now)
    if promise.held_until is not None:
        begin_hold(session, desk, callback, promise.held_until, by, TIME_NAMED.format(time=time), now)
    if at > now:
        wait_for_time(session, callback, now, at)
        waits = f"until {time}: the customer asked to be called then"
        record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.WAITING_STARTED, waits)
