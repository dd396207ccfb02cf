"""The facts of a callback that messages are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.customers.find import caller_of, contacts_of
from callbacks.customers.history import calls_this_week
from callbacks.db.states import GONE, AudioState, CallbackOrigin, ContactWay, Urgency, VoicemailState
from callbacks.db.tables import Callback, Mail
from callbacks.desk.customer_number import can_be_mailed, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.records.contacts_of_callback import contacts_of as calls_and_mails
from callbacks.records.contacts_of_callback import messages_of


def subject_of(desk: Desk, callback: Callback) -> messages.Subject:
    """Return the facts of a callback as they are now."""
    customer, call = customer_number(desk, callback), callback.contact
    return messages.Subject(
        sender=desk.company.sender,
        reference=callback.reference,
        line=desk.name_of_way(call.line, call.mailbox),
        caller=callback.contact.caller,
        customer_number=customer.number,
        due_at=callback.due_at,
        zone=desk.zone,
        message=_message(callback),
        has_no_number=customer.is_missing,
        is_tried=callback.attempted_at is not None,
        extension=customer.extension,
        why_no_number=customer.briefly,
        not_allowed_yet=customer.in_words if customer.waits_for_consent else None,
        language=call.callers_language,
        perhaps_robot=callback.perhaps_robot,
        says_down=call.urgency is Urgency.DOWN,
        named_at=callback.named_time_at,
        asks_for_no_call=callback.cancel_asked_at is not None,
        calls=sum(each.way is ContactWay.CALL for each in calls_and_mails(callback)),
        mail=_mail(desk, callback),
    )


def _mail(desk: Desk, callback: Callback) -> messages.FromMail | None:
    """Return the mail that opened a callback, or None."""
    contact = callback.contact
    if not isinstance(contact, Mail):
        return None
    sender = contact.caller_name or contact.caller
    subject = " ".join(contact.message.subject.split()) if contact.message is not None else ""
    return messages.FromMail(sender, subject, desk.mailbox_name(contact.mailbox), can_be_mailed(callback))


def subject_with_customer(session: Session, desk: Desk, callback: Callback, now: datetime) -> messages.Subject:
    """Return the same, with what is known of the customer: for those who do not know the callback yet."""
    subject, caller = subject_of(desk, callback), caller_of(session, callback.contact)
    if caller is None:
        return subject
    calls = calls_this_week(session, contacts_of(caller.customer), now)
    return replace(subject, customer=caller.in_words, calls_this_week=calls)


def _message(callback: Callback) -> messages.Message:
    """Return what is known of the message; of several, of the last one that can be heard."""
    left = messages_of(callback)
    heard = [each for each in left if each.audio is not AudioState.LOST]
    voicemail = next(iter((*reversed(heard), *left)), callback.contact.voicemail)
    if voicemail is None and callback.origin is CallbackOrigin.MISSED_CALL:
        return messages.MISSED_CALL
    if voicemail is None and _is_in_notes(callback):
        return messages.IN_NOTES
    if voicemail is None or voicemail.state is VoicemailState.ABSENT:
        return messages.NO_MESSAGE
    if voicemail.audio in GONE:
        return messages.DELETED_MESSAGE
    if voicemail.audio is AudioState.LOST:
        return messages.LOST_MESSAGE
    if voicemail.seconds:
        return messages.Message(left=True, seconds=voicemail.seconds)
    return messages.Message(left=True if voicemail.recording_sid else None)


def _is_in_notes(callback: Callback) -> bool:
    """Return whether somebody spoke with the customer and wrote down what it is about."""
    return callback.origin is CallbackOrigin.ANSWERED_CALL or callback.contact.way is ContactWay.BY_HAND
