"""Whether a call is about a callback that is open already. Then it joins that one and opens none of its own.

A customer who calls three times in six minutes is one customer with one matter: nobody is paged three times. In doubt
a call joins, because the owner hears of it, and splits it off with one act (`callbacks.acts.splitting`).

Only a caller ID that failed attestation is kept apart from those that did not: whoever forges a number would otherwise
decide where and when its customer is called back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.acts.holds import can_wait, release_hold, waits_for_opening
from callbacks.db.canaries import IS_OF_A_CUSTOMER
from callbacks.db.database import insert_once, lock_name, locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, CallOutcome, Urgency
from callbacks.db.tables import Callback, Contact, JoinedContact
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import move_deadline, move_promise, review
from callbacks.paging.called_again import notify_called_again
from callbacks.paging.closed_hours import counts_support_hours
from callbacks.records.contacts_of_callback import contacts_of, joined_callback
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.text.attestation import has_failed

# The decision. Pure.


@dataclass(frozen=True)
class NewContact:
    """A call or mail, as far as the decision depends on it."""

    number: str | None  # of its caller; None for one that is withheld, or not a number
    box: str  # the voicemail box that the caller chose; "" for support
    is_separate: bool  # the caller, or a person of the desk, said that it is about something else
    is_perhaps_forged: bool = False  # its caller ID failed attestation


@dataclass(frozen=True)
class OpenCallback:
    """A callback that a call may be about."""

    id: int
    state: CallbackState
    numbers: frozenset[str]  # of its callers, and to call back on
    box: str
    opened_at: datetime
    is_perhaps_forged: bool = False  # the caller ID of the call that opened it failed attestation


def to_join(contact: NewContact, callbacks: Iterable[OpenCallback]) -> int | None:
    """Return the id of the callback that a call joins, the latest of several, or None when it opens its own."""
    if contact.is_separate or contact.number is None:
        return None
    fitting = [
        each
        for each in callbacks
        if each.state is CallbackState.OPEN
        and contact.number in each.numbers
        and (each.box, each.is_perhaps_forged) == (contact.box, contact.is_perhaps_forged)
    ]
    latest = max(fitting, key=lambda each: (each.opened_at, each.id), default=None)
    return latest.id if latest is not None else None


# The calls and callbacks on record


def callback_to_join(session: Session, desk: Desk, contact: Contact) -> Callback | None:
    """Return the callback that a call has joined, or would join if it ended now, or None."""
    joined = joined_callback(session, contact.sid)
    if joined is not None:
        return joined
    if session.scalar(select(Callback.id).where(Callback.contact_sid == contact.sid)) is not None:
        return None
    return _chosen(desk, contact, _candidates(session, desk, contact))


def due_with_call(desk: Desk, callback: Callback, contact: Contact) -> datetime:
    """Return when a callback is due once a call with a message has joined it: the first deadline holds.

    What came from a missed call or a mail may be due later than a message, and moves forward. So does what could wait,
    unless this caller says so too. What the customer wants at another time does not.
    """
    is_held = callback.held_until is not None and not waits_for_opening(callback)
    is_asked_for = is_held and not _can_no_longer_wait(callback, contact)
    if callback.attempted_at is not None or is_asked_for or callback.named_time_at is not None:
        return callback.due_at
    return min(callback.due_at, contact.began_at + desk.callback.promise)


def _can_no_longer_wait(callback: Callback, contact: Contact) -> bool:
    """Return whether a callback could wait, and its customer gets in touch again without saying so."""
    return can_wait(callback) and contact.urgency is not Urgency.CAN_WAIT


def keep_promise_of_joined(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    """Have a callback due when the customer of a contact that joined it was promised an answer, at any hour."""
    due_at = due_with_call(desk, callback, contact)
    can_no_longer_wait = _can_no_longer_wait(callback, contact)
    if due_at < callback.due_at and (can_no_longer_wait or counts_support_hours(desk, callback)):
        move_promise(callback, contact.began_at, due_at, now)
    elif due_at < callback.due_at:
        move_deadline(callback, due_at, now)
    if can_no_longer_wait or waits_for_opening(callback):
        release_hold(session, callback, Actor.CALLER, "the customer was promised an answer at any hour", now)


def join_open_callback(session: Session, desk: Desk, contact: Contact, now: datetime) -> tuple[Callback, bool] | None:
    """Have a call join the callback that it is about, once, and return that; None when there is none.

    With the callback, return whether the call has joined it only now.

    The caller of this function has locked the call. Of two calls from one number at the same instant, the second
    waits for the first, and joins what that opened.
    """
    joined = joined_callback(session, contact.sid)
    if joined is not None:
        return locked(session, Callback, joined.id), False
    number = _number(desk, contact)
    if number is None or contact.is_separate:
        return None
    lock_name(session, f"callbacks of {number}")
    ids = sorted(each.id for each in _candidates(session, desk, contact))
    callback = _chosen(desk, contact, [locked(session, Callback, id) for id in ids])
    if callback is None:
        return None
    _join(session, desk, callback, contact, now)
    return callback, True


def add_contact(session: Session, callback: Callback, contact: Contact, now: datetime) -> bool:
    """Add a contact to a callback, once, and return whether it was added. Both are locked."""
    is_new = insert_once(session, JoinedContact, contact_sid=contact.sid, callback_id=callback.id, joined_at=now)
    if is_new:
        session.expire(callback, ["joined"])
        index_words(session, callback, contact.caller)
        index_words(session, callback, contact.caller_name)
    return is_new


def _join(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    if not add_contact(session, callback, contact, now):
        return
    detail = f"The call joined {callback.reference}, which is open."
    record_event(session, contact.sid, now, Actor.CALLER, EventKind.CALLED_AGAIN, detail)
    review(callback, now)
    if contact.outcome is not CallOutcome.ANSWERED:  # who answered knows
        notify_called_again(session, desk, callback, contact, now)


def _number(desk: Desk, contact: Contact) -> str | None:
    """Return the number of a caller, also one that may be called only with consent."""
    return desk.dialing_rules.check(contact.caller).number


def _candidates(session: Session, desk: Desk, contact: Contact) -> list[Callback]:
    """Return the open callbacks of a caller's number."""
    number = _number(desk, contact)
    if number is None or contact.is_separate:
        return []
    theirs = or_(Contact.caller == number, Contact.customer_number == number)
    opened = select(Contact.sid).where(theirs, Contact.sid != contact.sid)
    joined = select(JoinedContact.callback_id).where(JoinedContact.contact_sid.in_(opened))
    about = Callback.contact_sid.in_(opened) | Callback.id.in_(joined)
    return list(session.scalars(select(Callback).where(about, Callback.state == CallbackState.OPEN, IS_OF_A_CUSTOMER)))


def _chosen(desk: Desk, contact: Contact, callbacks: Iterable[Callback]) -> Callback | None:
    by_id = {each.id: each for each in callbacks}
    new = NewContact(_number(desk, contact), contact.box, contact.is_separate, has_failed(contact.attestation))
    chosen = to_join(new, (_facts(each) for each in by_id.values()))
    return by_id[chosen] if chosen is not None else None


def _facts(callback: Callback) -> OpenCallback:
    of_each = ((contact.caller, contact.customer_number) for contact in contacts_of(callback))
    numbers = frozenset(number for both in of_each for number in both if number)
    first = callback.contact
    return OpenCallback(
        callback.id, callback.state, numbers, first.box, callback.opened_at, has_failed(first.attestation)
    )
