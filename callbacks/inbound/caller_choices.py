"""What a caller chose by key, stored with the call. Each turn of the call brings all of it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts.manager_requests import ask_for_caller
from callbacks.acts.named_time import apply_named_time
from callbacks.acts.urgency import apply_urgency
from callbacks.db.database import locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import Urgency
from callbacks.db.tables import Call, Callback
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.contacts import callback_of
from callbacks.records.event_log import record_event

URGENCIES = {
    Urgency.DOWN: "everything is down for everyone",
    Urgency.CAN_WAIT: "it can wait until the desk opens",
}


@dataclass(frozen=True)
class CallerChoices:
    """Everything that a caller has chosen so far in a call."""

    urgency: Urgency = Urgency.NONE
    product: str = ""
    is_separate: bool = False  # not about the callback that is open
    wants_manager: bool = False
    box: str = ""  # the voicemail box of a menu; "" for support
    named_time_at: datetime | None = None  # when they want to be called


def record_choices(session: Session, desk: Desk, call: Call, choices: CallerChoices, now: datetime) -> None:
    """Store what the caller has chosen. What they have not chosen in this turn's URL changes nothing.

    What is new takes effect on the callback at once, if the call has one.
    """
    locked(session, Call, call.sid)
    call.product = choices.product or call.product
    call.is_separate = choices.is_separate or call.is_separate
    call.box = choices.box or call.box
    is_urgency_new = _record_urgency(session, call, choices.urgency, now)
    is_time_new = choices.named_time_at not in (None, call.named_time_at)
    is_manager_new = choices.wants_manager and call.wants_manager_at is None
    call.named_time_at = choices.named_time_at or call.named_time_at
    call.wants_manager_at = now if is_manager_new else call.wants_manager_at
    callback = callback_of(session, call) if is_urgency_new or is_time_new or is_manager_new else None
    if callback is None:
        return
    callback = locked(session, Callback, callback.id)
    if is_urgency_new:
        apply_urgency(session, desk, callback, call, now)
    if is_time_new:
        apply_named_time(session, desk, callback, call, now)
    if is_manager_new:
        ask_for_caller(session, desk, callback, now)


def _record_urgency(session: Session, call: Call, urgency: Urgency, now: datetime) -> bool:
    """Store and log how urgent the caller says it is, and return whether that is new."""
    if urgency in (Urgency.NONE, call.urgency):
        return False
    call.urgency = urgency
    record_event(session, call.sid, now, Actor.CALLER, EventKind.URGENCY_CHOSEN, URGENCIES[urgency])
    return True
