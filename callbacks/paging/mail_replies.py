"""What becomes of a reply by mail: once the mail server has it, it is an attempt to reach a customer who wrote.

For what came by mail, the first reply by mail is a response (policy: After hours). To a customer who called, or left a
voicemail since, it is none. Until the mail server has taken it, it counts for nothing, as a call that has not rung.
Neither does it once it has come back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import OWED, AttemptProof, CallbackOrigin, CallbackState, ContactWay, PageKind, ReachOutcome
from callbacks.db.tables import Callback, CustomerMessage, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import (
    Change,
    awaits_attempt,
    change_state,
    note_attempt,
    note_withdrawn_attempt,
    review,
)
from callbacks.lifecycle.waiting import is_waiting, open_wait, start_waiting
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.notices import notify_of_attempt, text_if_reachable, text_way
from callbacks.paging.pages import cancel_waiting, code_for
from callbacks.paging.subject import subject_of
from callbacks.records.contacts_of_callback import contacts_of
from callbacks.records.event_log import record_event
from callbacks.records.proofs import first_attempt_at
from callbacks.text.bilingual import Words

LONGEST_SOURCE = 80
NOBODY_REACHED_THEM = "The reply came back, and nobody had reached the customer another way."
NOT_ANSWERED_IN_TIME = "The reply came back, and nobody had reached the customer another way in time."
FOR_AN_ANSWER = "for an answer to the reply by mail"
_IS_REPLY = ReachAttempt.proof == AttemptProof.MAIL
NOT_IN_TIME = Words("no mail server took it for 24 hours", "aucun serveur de courriel ne l'a prise en 24 heures")


def came_by_mail(callback: Callback) -> bool:
    """Return whether the customer first wrote, and did not call."""
    return callback.contact.way is ContactWay.MAIL


def counts_as_attempt(callback: Callback) -> bool:
    """Return whether a reply by mail is an attempt to reach the customer.

    Whoever wrote, and then left a voicemail that waits for its call, was promised a call.
    """
    promised = (OWED.get(contact.outcome) is CallbackOrigin.VOICEMAIL for contact in contacts_of(callback))
    return came_by_mail(callback) and (callback.attempted_at is not None or not any(promised))


def record_reply_sent(session: Session, desk: Desk, message: CustomerMessage, now: datetime) -> None:
    """Record that the mail server has taken a reply, and do what follows from that."""
    found = _callback_and_writer(session, message)
    if found is None:
        return
    callback, technician = found
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.REPLY_SENT, f"to {message.address}")
    if counts_as_attempt(callback):
        _record_attempt(session, desk, callback, technician, message, now)
    if message.awaits_answer:
        _wait(session, callback, message.sent_by, now)


def record_reply_not_sent(
    session: Session, desk: Desk, message: CustomerMessage, why: Words, now: datetime, *, supervisors_too: bool
) -> None:
    """Record that a reply will never be sent, and tell the owner; supervisors where nobody else can be told."""
    found = _callback_and_writer(session, message)
    if found is None:
        return
    callback, writer = found
    detail = f"to {message.address}: {why.english}"
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.REPLY_NOT_SENT, detail)
    review(callback, now)
    technician = callback.owner or writer
    code = code_for(session, callback, technician.id)
    words = messages.reply_not_sent(subject_of(desk, callback), code, message.address, why)
    text_if_reachable(session, callback, technician, PageKind.MAIL_RETURNED, words, now, code)
    is_told = technician.left_at is None and text_way(technician) is not None
    if supervisors_too or not is_told or callback.state is not CallbackState.OPEN:
        alert_supervisors(session, desk, f"reply {message.id} not sent", _alert(callback, message, why), now)


def withdraw_attempt(session: Session, desk: Desk, message: CustomerMessage, why: str, now: datetime) -> bool:
    """Take back the attempt that a reply was, because it came back. Return False where it is none, or not any more.

    The first reaction is owed again, unless the customer was tried another way, and what was resolved is open again.
    The owner is told what to do, or the supervisors where there is nobody to tell or the callback has ended otherwise.
    """
    found = _callback_and_writer(session, message)
    attempt = session.scalar(select(ReachAttempt).where(_IS_REPLY, ReachAttempt.leg_sid == _sid_of(message)))
    if found is None or attempt is None:
        return False
    callback, writer = found
    attempt.outcome, attempt.proof = ReachOutcome.CAME_BACK, AttemptProof.NONE
    session.flush()
    first_at = first_attempt_at(session, callback)
    detail = f"by {attempt.technician.name}, to {message.address}"
    record_event(session, callback.contact_sid, now, Actor.CARRIER, EventKind.ATTEMPT_WITHDRAWN, detail)
    if first_at is None and callback.state is CallbackState.RESOLVED:
        change_state(callback, Change.REOPEN, now)
        record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.REOPENED, NOBODY_REACHED_THEM)
    if note_withdrawn_attempt(callback, first_at, now):
        record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.BREACHED, NOT_ANSWERED_IN_TIME)
    waiting = open_wait(session, callback)
    if message.awaits_answer and waiting is not None:  # for an answer to what nobody has read
        waiting.until = now
    _tell_of_withdrawal(session, desk, callback, message, writer, why, now)
    return True


def _tell_of_withdrawal(
    session: Session,
    desk: Desk,
    callback: Callback,
    message: CustomerMessage,
    writer: Technician,
    why: str,
    now: datetime,
) -> None:
    technician = callback.owner or writer
    if callback.state is CallbackState.OPEN:
        code = code_for(session, callback, technician.id)
        words = messages.reply_returned(subject_of(desk, callback), code, message.address, why, now)
        text_if_reachable(session, callback, technician, PageKind.MAIL_RETURNED, words, now, code)
    if callback.state is not CallbackState.OPEN or technician.left_at is not None or text_way(technician) is None:
        alert_supervisors(session, desk, f"reply {message.id} came back", _came_back(callback, message), now)


def _came_back(callback: Callback, message: CustomerMessage) -> Words:
    reference, to = callback.reference, message.address
    return Words(
        f"{reference}: the reply by mail to {to} came back, so it does not count. Reach the customer another way.",
        f"{reference}: la réponse par courriel à {to} est revenue: elle ne compte pas. Joignez le client autrement.",
    )


def refused_by_server(code: int | None) -> Words:
    """Return why a mail server does not take a reply, now or ever."""
    if code is None:
        return Words("it cannot be sent", "impossible de l'envoyer")
    return Words(f"the mail server refused it: {code}", f"refusée par le serveur de courriel: {code}")


def _callback_and_writer(session: Session, message: CustomerMessage) -> tuple[Callback, Technician] | None:
    if message.callback_id is None or message.technician_id is None:
        return None
    callback = locked(session, Callback, message.callback_id)
    return callback, session.get_one(Technician, message.technician_id)


def _record_attempt(
    session: Session, desk: Desk, callback: Callback, technician: Technician, message: CustomerMessage, now: datetime
) -> None:
    attempt = ReachAttempt(callback_id=callback.id, technician=technician, tried_at=now, rang_at=now, is_told=True)
    attempt.outcome, attempt.proof = ReachOutcome.REPLIED, AttemptProof.MAIL
    attempt.told_by, attempt.leg_sid = f"mail, {message.sent_by}"[:LONGEST_SOURCE], _sid_of(message)
    session.add(attempt)
    ends_the_paging = awaits_attempt(callback)
    record_event(session, callback.contact_sid, now, technician.name, EventKind.ATTEMPT, ReachOutcome.REPLIED.value)
    note_attempt(session, callback, technician, now)
    cancel_waiting(session, callback)
    if ends_the_paging:
        notify_of_attempt(session, desk, callback, technician, now)


def _sid_of(message: CustomerMessage) -> str:
    """Return what ties an attempt to the reply that it was."""
    return f"customer-{message.id}"


def _wait(session: Session, callback: Callback, by: str, now: datetime) -> None:
    """Wait for the customer from now on, unless the desk does or the callback has ended."""
    can_wait = callback.state is CallbackState.OPEN and callback.attempted_at is not None
    if can_wait and not is_waiting(session, callback):
        start_waiting(session, callback, now)
        review(callback, now)
        record_event(session, callback.contact_sid, now, by, EventKind.WAITING_STARTED, FOR_AN_ANSWER)


def _alert(callback: Callback, message: CustomerMessage, why: Words) -> Words:
    reference, to = callback.reference, message.address
    return Words(
        f"{reference}: the reply by mail to {to} was not sent ({why.english}). Reach the customer another way.",
        f"{reference}: la réponse par courriel à {to} n'est pas partie ({why.french}). Joignez le client autrement.",
    )
