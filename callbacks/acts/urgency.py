"""How urgent a caller says it is, by key: everything is down (P1), or it can wait until the desk opens.

Nobody checks what a caller presses: it is logged, and shown to whoever calls back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts.holds import CAN_WAIT, begin_hold, release_hold
from callbacks.acts.promises import change_priority
from callbacks.db.event_kinds import Actor
from callbacks.db.states import CallbackState, ContactWay, PriorityLevel, Urgency
from callbacks.db.tables import Callback, Contact
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.desk.spoken_promise import SpokenPromise, opens_next, spoken_promise
from callbacks.lifecycle.transitions import awaits_attempt, move_promise

DOWN = "the caller pressed: everything is down"
CALLED_AGAIN = "the customer called again and pressed: everything is down"


def promise_to(session: Session, desk: Desk, contact: Contact) -> SpokenPromise:
    """Return what the caller of a call was told about the call back."""
    opens_at = None if contact.is_open else opens_next(support_hours(session, desk), contact.began_at)
    return spoken_promise(desk, contact.began_at, contact.urgency, opens_at, contact.named_time_at)


def priority_of(desk: Desk, contact: Contact) -> PriorityLevel:
    """Return the priority of the callback that a call or mail opens, before its customer is looked up."""
    if contact.way is ContactWay.MAIL:
        return desk.priority_of_mailbox(contact.mailbox)
    return PriorityLevel.P1 if contact.urgency is Urgency.DOWN else desk.priority_of_line(contact.line)


def apply_urgency(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    """Have the key that was pressed in a call take effect on a callback that is open: its own, or one that it joins.

    The caller has locked the callback. To be applied once for each key that is pressed: what a person decides
    afterwards stays.
    """
    if callback.state is not CallbackState.OPEN:
        return
    match contact.urgency:
        case Urgency.DOWN:
            _raise_to_p1(session, desk, callback, contact, now)
        case Urgency.CAN_WAIT if contact.sid == callback.contact_sid and contact.named_time_at is None:
            _hold_until_opening(session, desk, callback, contact, now)


def _hold_until_opening(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    promise = promise_to(session, desk, contact)
    if promise.held_until is not None and awaits_attempt(callback):
        move_promise(callback, promise.counted_from, promise.due_at, now)
        begin_hold(session, desk, callback, promise.held_until, Actor.CALLER, CAN_WAIT, now)


def _raise_to_p1(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    why = DOWN if contact.sid == callback.contact_sid else CALLED_AGAIN
    if callback.priority is not PriorityLevel.P1:
        change_priority(session, desk, callback, PriorityLevel.P1, Actor.CALLER, now, f": {why}")
    if contact.named_time_at is not None:
        return
    callback.named_time_at = None  # what they named before is too late now
    release_hold(session, callback, Actor.CALLER, why, now)
    due_at = contact.began_at + desk.callback.promise
    if due_at < callback.due_at:
        move_promise(callback, contact.began_at, due_at, now)
