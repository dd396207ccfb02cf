"""What a caller chose by key, stored with the call. Each turn of the call brings all of it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.manager_requests import ask_for_caller
from callbacks.acts.named_time import apply_named_time
from callbacks.acts.opening import begin_or_hold
from callbacks.acts.urgency import apply_urgency
from callbacks.db.database import locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import Urgency
from callbacks.db.tables import Call, Callback, Event
from callbacks.desk.desk_file import Desk
from callbacks.people.technicians import technician_with
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.text.dialing_rules import NumberKind

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
    number: str = ""  # E.164: another number to call, entered and confirmed by key
    named_time_at: datetime | None = None  # when they want to be called


def store_choices(session: Session, desk: Desk, call: Call, choices: CallerChoices, now: datetime) -> None:
    """Store what the caller has chosen. What they have not chosen by this turn changes nothing.

    What is new takes effect on the callback at once, if the call has one.
    """
    locked(session, Call, call.sid)
    call.key_pressed = call.key_pressed or choices != CallerChoices()
    call.product = choices.product or call.product
    call.is_separate = choices.is_separate or call.is_separate
    note_box(call, choices)
    if choices.number:
        _enter_number(session, desk, call, choices.number, now)
    is_urgency_new = _store_urgency(session, call, choices.urgency, now)
    is_time_new = choices.named_time_at not in (None, call.named_time_at)
    is_manager_new = choices.wants_manager and call.wants_manager_at is None
    call.named_time_at = choices.named_time_at or call.named_time_at
    if is_manager_new:  # they hear that a manager is told, which holds even if they hang up now
        call.wants_manager_at, call.promised_at = now, call.promised_at or now
    callback = callback_about(session, call.sid) if is_urgency_new or is_time_new or is_manager_new else None
    if callback is None:
        return
    callback = locked(session, Callback, callback.id)
    if is_urgency_new:
        apply_urgency(session, desk, callback, call, now)
    if is_time_new:
        apply_named_time(session, desk, callback, call, now)
    if is_manager_new:
        ask_for_caller(session, desk, callback, now)


def _store_urgency(session: Session, call: Call, urgency: Urgency, now: datetime) -> bool:
    """Store and log how urgent the caller says it is, and return whether that is new."""
    if urgency in (Urgency.NONE, call.urgency):
        return False
    call.urgency = urgency
    record_event(session, call.sid, now, Actor.CALLER, EventKind.URGENCY_CHOSEN, URGENCIES[urgency])
    return True


def note_box(call: Call, choices: CallerChoices) -> None:
    """Note the box that the message is for, before the message is stored: one for support opens a callback."""
    call.box = choices.box or call.box


def _enter_number(session: Session, desk: Desk, call: Call, number: str, now: datetime) -> None:
    """Set the number to call, once for each number: a later correction by a technician stays.

    Anyone can enter any number, so only an ordinary one counts, and never a technician's: their phone would ring, and
    the promise to the customer would count as kept.
    """
    check, event = desk.dialing_rules.check(number), EventKind.NUMBER_ENTERED
    same = select(Event.id).where(Event.contact_sid == call.sid, Event.kind == event, Event.detail == number)
    if check.kind is not NumberKind.ORDINARY or session.scalar(same) is not None:
        return
    if technician_with(session, number) is not None and number != call.caller:
        return
    call.customer_number, call.extension = number, ""
    record_event(session, call.sid, now, Actor.CALLER, event, number)
    session.flush()
    callback = callback_about(session, call.sid)
    if callback is not None:
        callback.contact.customer_number, callback.contact.extension = number, ""
        index_words(session, callback, number)
        begin_or_hold(session, desk, locked(session, Callback, callback.id), now)
