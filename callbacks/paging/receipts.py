"""Texts that tell a customer where they stand: a receipt for their call, and that we called in vain.

Whoever calls from a mobile phone expects the answer to their call on it; that is the consent, and all it is used for.
So only the number that called is texted, and only about this call; not one that perhaps did not call at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.db.states import IN_VAIN, CallbackOrigin, Channel, CustomerMessageKind, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, Contact, ReachAttempt
from callbacks.desk.customer_number import WRONG_NUMBER, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.paging import customer_wording
from callbacks.paging.customer_messages import Recipient, why_not_texted, write_message
from callbacks.paging.customer_wording import About, Received
from callbacks.text.attestation import has_failed
from callbacks.text.bilingual import Words

LATE_AFTER = timedelta(hours=2)  # a call that is found so long after it began gets no receipt
ATTEMPT_IS_NEWS_FOR = timedelta(minutes=15)
# What the carrier's report alone shows. A machine, or an answer without a connection, may have been the customer: then
# the technician's word is awaited.
SURELY_IN_VAIN = (ReachOutcome.NO_ANSWER, ReachOutcome.BUSY)


def send_receipt(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    """Text the caller what became of their call, once: it opened the callback, or joined it."""
    is_by_hand = callback.origin is CallbackOrigin.BY_HAND and contact.sid == callback.contact_sid
    is_late = now - contact.began_at > LATE_AFTER
    if not desk.customer_texts.receipts or is_by_hand or is_late or perhaps_did_not_call(callback, contact):
        return
    about = about_callback(desk, callback, contact.caller)
    due_at = callback.due_at if callback.due_at > now else None
    if contact.sid == callback.contact_sid:
        words = customer_wording.receipt(about, due_at, now, _received(callback, contact))
    else:
        has_message, is_tried = _has_message(contact), callback.attempted_at is not None
        words = customer_wording.added(about, due_at, now, left_a_message=has_message, is_tried=is_tried)
    text_caller(session, desk, callback, contact, CustomerMessageKind.RECEIPT, contact.sid, words, now)


def perhaps_did_not_call(callback: Callback, contact: Contact) -> bool:
    """Return whether the number may be somebody's who knows nothing of the call."""
    return callback.perhaps_robot or has_failed(contact.attestation)


def _received(callback: Callback, contact: Contact) -> Received:
    if callback.origin is CallbackOrigin.MISSED_CALL:
        return Received.MISSED_CALL
    return Received.MESSAGE if _has_message(contact) else Received.NO_MESSAGE


def _has_message(contact: Contact) -> bool:
    """Return whether a message is known of. The carrier announces a recording only when there is one."""
    voicemail = contact.voicemail
    if voicemail is None or voicemail.recording_sid is None:
        return False
    return voicemail.state in (VoicemailState.EXPECTED, VoicemailState.RECORDED)


def tell_of_attempt(
    session: Session,
    desk: Desk,
    callback: Callback,
    attempts: Sequence[ReachAttempt],
    heard_at: datetime,
    now: datetime,
) -> None:
    """Text the customer, once for each attempt, that the last one did not reach them.

    `heard_at` is when they were last heard from: after that, they need not be told.
    """
    last = max(attempts, key=lambda attempt: (attempt.tried_at, attempt.id), default=None)
    if last is None or not desk.customer_texts.attempts or not is_told(last, heard_at, now):
        return
    if callback.origin is CallbackOrigin.BY_HAND or perhaps_did_not_call(callback, callback.contact):
        return
    if customer_number(desk, callback).why_not == WRONG_NUMBER:
        return
    at = last.rang_at or last.tried_at
    about = about_callback(desk, callback, callback.contact.caller)
    words = customer_wording.tried(about, at, callback.try_again_at, now)
    text_caller(session, desk, callback, callback.contact, CustomerMessageKind.TRIED, f"attempt {last.id}", words, now)


def is_told(attempt: ReachAttempt, heard_at: datetime, now: datetime) -> bool:
    """Return whether the customer is told of an attempt: it is recent, and certain not to have reached them."""
    is_certain = attempt.outcome in IN_VAIN and (attempt.is_told or attempt.outcome in SURELY_IN_VAIN)
    return is_certain and attempt.tried_at > heard_at and now - attempt.tried_at < ATTEMPT_IS_NEWS_FOR


def tell_of_cancelling(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Text a customer who asked for no call back that nobody will call."""
    if callback.cancel_asked_at is not None:
        words = customer_wording.cancelled(about_callback(desk, callback, callback.contact.caller))
        occasion = f"cancelled {callback.id} {callback.cancel_asked_at:%Y-%m-%d %H:%M:%S}"
        text_caller(session, desk, callback, callback.contact, CustomerMessageKind.ANSWER, occasion, words, now)


def about_callback(desk: Desk, callback: Callback, number: str) -> About:
    return About(desk, callback.reference, number)


def text_caller(
    session: Session,
    desk: Desk,
    callback: Callback,
    contact: Contact,
    kind: CustomerMessageKind,
    occasion: str,
    words: Words,
    now: datetime,
) -> None:
    """Text the number that called, once for each kind and occasion, if it may be texted."""
    if why_not_texted(session, desk, contact.caller, now) is None:
        to = Recipient(Channel.TEXT, contact.caller, contact.language)
        write_message(session, kind, occasion, to, words.for_(contact.language), now, callback_id=callback.id)
