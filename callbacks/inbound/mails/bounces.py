"""A mail of ours that could not be delivered: it is marked as failed, and whoever has its callback is told.

A bounce can be forged. One that has only an address changes nothing but that mail. An attempt is withdrawn only by one
that has both the address and the message ID of the reply, which nobody can guess. Its recipient knows it, so a mail
that they have answered has reached them, whatever comes later. A page to a technician fails only by one that has their
address and its message ID, with its code: somebody is paged another way, and supervisors are told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked, locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import Channel, CustomerMessageKind, CustomerMessageState, MailKind, PageAnswer, PageState
from callbacks.db.tables import Callback, CustomerMessage, MailMessage, Page
from callbacks.desk.desk_file import Desk
from callbacks.inbound.mails.parse import ParsedMail
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.called_again import notify_mail_returned
from callbacks.paging.failures import fail, note_cause
from callbacks.paging.mail_replies import withdraw_attempt
from callbacks.paging.pages import lock_callback_of
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words

_PAGE = re.compile(r"page-([0-9]{1,9})-([0-9]{4,8})@")
SENT_WITHIN = timedelta(days=5)  # mail servers try for so long (RFC 5321)
LONGEST_REASON = 200


def take_bounce(session: Session, desk: Desk, bounce: ParsedMail, now: datetime) -> CustomerMessage | None:
    """Mark the mail that came back as failed, once, and return it; None if it is none of ours.

    A reply that had counted as an attempt to reach the customer counts no more.
    """
    for page_id, code in pages_in(bounce):
        _take_bounce_of_page(session, desk, bounce, page_id, code, now)
    message = _message(session, bounce, now)
    if message is None:
        return None
    message = locked(session, CustomerMessage, message.id)
    if _was_answered(session, message):
        return None
    why = " ".join(bounce.subject.split())[:LONGEST_REASON]
    is_news = is_with_server(message)
    if is_news:
        message.state, message.error, message.next_action_at = CustomerMessageState.FAILED, f"It came back: {why}", None
        _record(session, message, why, now)
    is_withdrawn = names(bounce, message) and withdraw_attempt(session, desk, message, why, now)
    if is_news and not is_withdrawn:
        _tell(session, desk, message, why, now)
    return message if is_news or is_withdrawn else None


def pages_in(bounce: ParsedMail) -> Sequence[tuple[int, str]]:
    """Return the pages that a bounce may be about: the id and the code in each message ID of one. Pure."""
    found = (_PAGE.match(each) for each in bounce.thread)
    return [(int(match[1]), match[2]) for match in found if match is not None]


def _take_bounce_of_page(
    session: Session, desk: Desk, bounce: ParsedMail, page_id: int, code: str, now: datetime
) -> None:
    lock_callback_of(session, page_id)
    page = locked_or_none(session, Page, page_id)
    if page is None or (page.channel, page.state, page.code) != (Channel.MAIL, PageState.SENT, code):
        return
    if page.technician.email.lower() in (address.lower() for address in bounce.failed_recipients):
        why = " ".join(bounce.subject.split())[:LONGEST_REASON]
        words = Words(f"The mail came back: {why}", f"Le courriel est revenu: {why}")
        record = fail if page.answer is PageAnswer.NONE else note_cause
        record(session, desk, page, words, now)


def is_with_server(message: CustomerMessage) -> bool:
    """Return whether the mail server has taken a mail, or may have: its answer may not be stored yet. Pure."""
    is_asked = message.state is CustomerMessageState.DUE and message.asked_at is not None
    return message.state is CustomerMessageState.SENT or is_asked


def names(bounce: ParsedMail, message: CustomerMessage) -> bool:
    """Return whether a bounce has both the message ID and the recipient of a mail. Pure."""
    has_id = bool(message.message_id) and message.message_id in bounce.thread
    return has_id and message.address.lower() in (address.lower() for address in bounce.failed_recipients)


def _was_answered(session: Session, message: CustomerMessage) -> bool:
    """Return whether a mail has come from the recipient of a mail, in answer to it. An automatic answer is one, too."""
    if not message.message_id:
        return False
    theirs = (MailMessage.sender == message.address.lower()) & (MailMessage.received_at >= message.created_at)
    answers = select(MailMessage.thread).where(theirs, MailMessage.kind.in_((MailKind.MESSAGE, MailKind.AUTOMATIC)))
    return any(message.message_id in thread.split() for thread in session.scalars(answers))


def _record(session: Session, message: CustomerMessage, why: str, now: datetime) -> None:
    if message.callback_id is not None:
        callback, detail = locked(session, Callback, message.callback_id), f"To {message.address}: {why}"
        record_event(session, callback.contact_sid, now, Actor.CARRIER, EventKind.MAIL_RETURNED, detail)


def _tell(session: Session, desk: Desk, message: CustomerMessage, why: str, now: datetime) -> None:
    if message.callback_id is None:
        return
    callback = session.get_one(Callback, message.callback_id)
    is_told = notify_mail_returned(session, desk, callback, message.address, why, now)
    if message.kind is CustomerMessageKind.REPLY and not is_told:  # the customer has no answer
        words = _reply_came_back(callback.reference, message.address)
        alert_supervisors(session, desk, f"reply {message.id} came back", words, now)


def _reply_came_back(reference: str, address: str) -> Words:
    return Words(
        f"{reference}: the reply by mail to {address} came back. Reach the customer another way.",
        f"{reference}: la réponse par courriel à {address} est revenue. Joignez le client autrement.",
    )


def _message(session: Session, bounce: ParsedMail, now: datetime) -> CustomerMessage | None:
    """Return the mail that a bounce is about: by its message ID, else the last one to the address that failed."""
    sent = select(CustomerMessage).where(CustomerMessage.channel == Channel.MAIL)
    sent = sent.order_by(CustomerMessage.id.desc()).limit(1)
    ids = [each for each in bounce.thread if each]
    by_id = session.scalars(sent.where(CustomerMessage.message_id.in_(ids))).first()
    if by_id is not None:
        return by_id
    lately = sent.where(CustomerMessage.created_at > now - SENT_WITHIN)
    failed = [address.lower() for address in bounce.failed_recipients]
    return session.scalars(lately.where(CustomerMessage.address.in_(failed))).first()
