"""Open a callback: from now on people are paged until someone has tried to reach the customer."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.customers import apply_customer_record
from callbacks.acts.joining import join_open_callback, keep_promise_of_joined
from callbacks.acts.manager_requests import ask_for_caller
from callbacks.acts.named_time import apply_named_time
from callbacks.acts.robots import end_suspicion, hold_until_morning, nothing_shows_a_person
from callbacks.acts.urgency import apply_urgency, priority_of, promise_to
from callbacks.db.database import insert_once, locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import (
    CallbackOrigin,
    CallbackState,
    ContactWay,
    PageKind,
    PriorityLevel,
    Screening,
    VoicemailState,
)
from callbacks.db.tables import Callback, Contact, PriorityChange, Voicemail
from callbacks.desk.business_hours import support_hours
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.canary import BACK_WITHIN
from callbacks.lifecycle.sla_status import counted_from, promised_reaction
from callbacks.lifecycle.transitions import Change, change_state, is_held, look_again_at, move_deadline
from callbacks.paging import messages
from callbacks.paging.consent import ask_for_consent
from callbacks.paging.escalate import take_next_step
from callbacks.paging.notices import notify_paged
from callbacks.paging.receipts import send_receipt
from callbacks.paging.subject import subject_of
from callbacks.records.contacts_of_callback import contacts_of
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from sla.hours import NeverOpen
from sla.targets import due_at

# Letters and digits that sound alike on a bad line (B, D, P, ... and 1, 0 beside I, O) are left out.
HELD_BACK = timedelta(minutes=1)  # a first page, until the carrier says whether there is a message
LETTERS = "AFHJKLMNRSWXY"


def open_callback(
    session: Session, desk: Desk, contact: Contact, now: datetime, origin: CallbackOrigin = CallbackOrigin.VOICEMAIL
) -> Callback:
    """Return the callback of a call; open it when there is none, unless the call is about one that is open already.

    Its deadline counts from the beginning of the call. Its first page is part of the same transaction, unless there
    may be nothing that anybody could do (see `begin_or_hold`). A missed call whose message turns up later was promised
    what every voicemail is.
    """
    locked(session, Contact, contact.sid)
    found = session.scalar(select(Callback).where(Callback.contact_sid == contact.sid))
    if found is not None:
        if origin is CallbackOrigin.VOICEMAIL and found.origin is CallbackOrigin.MISSED_CALL:
            found.origin = origin
            move_deadline(found, _due_at(session, desk, contact, origin, found.priority, now), now)
            _apply_keys(session, desk, found, contact, now)
        return found
    if contact.screening is Screening.CANARY:
        canary = insert_callback(session, desk, contact, CallbackOrigin.CANARY, now)
        begin_or_hold(session, desk, canary, now)
        return canary
    added = add_to_open_callback(session, desk, contact, now)
    if added is not None:
        joined, is_new = added
        if origin is CallbackOrigin.VOICEMAIL:  # a time was spoken to this caller, too
            keep_promise_of_joined(session, desk, joined, contact, now)
        if is_new:
            send_receipt(session, desk, joined, contact, now)
        return joined
    callback = insert_callback(session, desk, contact, origin, now)
    _apply_keys(session, desk, callback, contact, now)
    begin_or_hold(session, desk, callback, now)
    if not is_held(callback, now):
        ask_for_consent(session, desk, callback, now)
    send_receipt(session, desk, callback, contact, now)
    if contact.wants_manager_at is not None:
        ask_for_caller(session, desk, callback, now)
    return callback


def insert_callback(
    session: Session,
    desk: Desk,
    contact: Contact,
    origin: CallbackOrigin,
    now: datetime,
    *,
    chosen: PriorityLevel | None = None,
    by: str = Actor.DESK,
) -> Callback:
    """Open a callback with its contact's deadline. Nobody is paged yet.

    `chosen` is the priority that a person chose, and `by` the person who opens it.
    """
    callback = _insert(session, desk, contact, origin, now, chosen)
    if contact.caller not in desk.dialing_rules.own_numbers:
        index_words(session, callback, contact.caller)
    index_words(session, callback, contact.caller_name)
    detail = f"Reference {callback.reference}."
    record_event(session, contact.sid, now, by, EventKind.CALLBACK_OPENED, detail)
    apply_customer_record(session, desk, callback, now)
    return callback


def add_to_open_callback(session: Session, desk: Desk, contact: Contact, now: datetime) -> tuple[Callback, bool] | None:
    """Have a call join the callback that it is about, and return that; None when there is none.

    Everything that the caller chose by key takes effect on it, once for a call. With the callback, return whether the
    call has joined it only now.
    """
    joined = join_open_callback(session, desk, contact, now)
    if joined is None:
        return None
    callback, is_new = joined
    if is_new:
        _apply_keys(session, desk, callback, contact, now)
        if contact.wants_manager_at is not None:
            ask_for_caller(session, desk, callback, now)
    return joined


def _apply_keys(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    """Raise or hold a callback as the caller chose: how urgent it is, and the time that they named."""
    apply_urgency(session, desk, callback, contact, now)
    apply_named_time(session, desk, callback, contact, now)


def begin_or_hold(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Page somebody about a new callback, unless its caller left neither a number nor a message.

    Such a call wakes nobody: it is closed, and listed in the morning's digest. Without a number, and until the carrier
    has said whether there is a message, the first page is held back for a minute. None is ever lost: then it is sent.
    """
    if callback.attempted_at is not None or (callback.owner_id is not None and not callback.perhaps_robot):
        return
    is_new, message = callback.decisions == 0, _message_left(session, callback)
    is_over = callback.contact.ended_at is not None  # until then the caller may still leave a number or a message
    if callback.origin is CallbackOrigin.CANARY:
        if message:
            _page(session, desk, callback, now, is_new=is_new)
        elif is_new:
            look_again_at(callback, callback.opened_at + BACK_WITHIN)
    elif callback.perhaps_robot:
        if message or not nothing_shows_a_person(callback, has_spoken=False):
            end_suspicion(session, desk, callback, now)
    elif is_new and not is_held(callback, now) and _is_perhaps_a_robot(desk, callback, message):
        _hold_as_robot(session, desk, callback, message, now)
    elif not customer_number(desk, callback).is_missing or message:
        _page(session, desk, callback, now, is_new=is_new)
    elif callback.state is not CallbackState.OPEN:
        return
    elif message is False and is_over:
        _close_unreachable(session, desk, callback, now)
    elif is_new:
        look_again_at(callback, callback.opened_at + HELD_BACK)


def _is_perhaps_a_robot(desk: Desk, callback: Callback, message: bool | None) -> bool:
    """Return whether a caller with a number said nothing at the beep, or not yet, and nothing else shows a person.

    Twilio announces a recording only when there is one: then it may well be a message.
    """
    contact, voicemail = callback.contact, callback.contact.voicemail
    is_announced = message is None and voicemail is not None and voicemail.recording_sid is not None
    if message or is_announced or contact.beep_at is None or callback.state is not CallbackState.OPEN:
        return False
    if not desk.screening.silent_calls_wait or customer_number(desk, callback).is_missing:
        return False
    return nothing_shows_a_person(callback, has_spoken=False)


def _hold_as_robot(session: Session, desk: Desk, callback: Callback, message: bool | None, now: datetime) -> None:
    if message is None:
        look_again_at(callback, callback.opened_at + HELD_BACK)
    else:
        hold_until_morning(session, desk, callback, now)


def _page(session: Session, desk: Desk, callback: Callback, now: datetime, *, is_new: bool) -> None:
    """Take the first step, also of a callback that was closed because there was neither a number nor a message."""
    if callback.state is CallbackState.UNREACHABLE:
        change_state(callback, Change.REOPEN, now)
        why = "There is a way to answer now."
        record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.REOPENED, why)
    elif callback.state is not CallbackState.OPEN or not is_new:
        return
    look_again_at(callback, now)
    take_next_step(session, desk, callback, now)


def _message_left(session: Session, callback: Callback) -> bool | None:
    """Return whether the caller left a message, or None while the carrier has not said. What failed may be one."""
    contacts = contacts_of(callback)
    if any(contact.way is not ContactWay.CALL for contact in contacts):  # what it says is in writing
        return True
    sids = [contact.sid for contact in contacts]
    counted = Voicemail.call_sid.in_(sids) & Voicemail.is_replaced.is_(False)
    states = set(session.scalars(select(Voicemail.state).where(counted)))
    if states & {VoicemailState.RECORDED, VoicemailState.FAILED}:
        return True
    return None if VoicemailState.EXPECTED in states else False


def _close_unreachable(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    change_state(callback, Change.CLOSE_UNREACHABLE, now)
    detail = "The caller left neither a number nor a message."
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.CLOSED_UNREACHABLE, detail)
    words = messages.nothing_to_go_by(subject_of(desk, callback))
    notify_paged(session, callback, PageKind.OVER, words, None, now)


def _insert(
    session: Session, desk: Desk, contact: Contact, origin: CallbackOrigin, now: datetime, chosen: PriorityLevel | None
) -> Callback:
    priority = chosen or priority_of(desk, contact)
    insert_once(
        session,
        Callback,
        reference=_free_reference(session, origin),
        contact_sid=contact.sid,
        state=CallbackState.OPEN,
        priority=priority,
        policy=desk.policy_for(contact.line, priority, now),
        origin=origin,
        opened_at=now,
        due_at=_due_at(session, desk, contact, origin, priority, now),
        promised_from=_promised_from(session, desk, contact, origin),
        product=contact.product,
        coverage=desk.coverage_of(contact.product),
        resumed=False,
        position=0,
        decisions=0,
        next_action_at=now,
    )
    callback = session.scalars(select(Callback).where(Callback.contact_sid == contact.sid)).one()
    if contact.line not in desk.lines or priority is not desk.priority_of_line(contact.line):
        at = counted_from(origin, contact.began_at, now)
        session.add(PriorityChange(callback_id=callback.id, at=at, priority=priority))
    return callback


def _due_at(
    session: Session, desk: Desk, contact: Contact, origin: CallbackOrigin, priority: PriorityLevel, now: datetime
) -> datetime:
    """Return what was said to the caller or holds for the mailbox, else the time of the priority's first reaction."""
    if promised_reaction(desk, origin) is not None:
        return promise_to(session, desk, contact).due_at
    promised, counts_from = desk.promises[priority].first_reaction, counted_from(origin, contact.began_at, now)
    try:
        return due_at(promised, counts_from, support_hours(session, desk))
    except NeverOpen:  # closed for years to come: somebody must be called back all the same
        return counts_from + desk.callback.promise


def _promised_from(session: Session, desk: Desk, contact: Contact, origin: CallbackOrigin) -> datetime | None:
    """Return what the time that was said to the caller counts from; None where that is the beginning of the call."""
    promise = promise_to(session, desk, contact)
    is_other = promised_reaction(desk, origin) is not None and promise.counted_from != contact.began_at
    return promise.counted_from if is_other else None


def _free_reference(session: Session, origin: CallbackOrigin) -> str:
    """Return a reference that is not in use. A canary takes none of those that people are told."""
    while True:
        letters = "".join(secrets.choice(LETTERS) for _ in range(2))
        reference = f"{letters}-{secrets.randbelow(900) + 100}"
        if origin is CallbackOrigin.CANARY:
            reference = f"ZZ-{secrets.randbelow(900000) + 100000}"
        if session.scalar(select(Callback.id).where(Callback.reference == reference)) is None:
            return reference
