"""The mail that tells a customer that theirs has arrived: once for each callback, and never to a machine.

A mail can be forged, so a receipt says nothing that its sender did not know but the reference and the time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callbacks.db.states import Channel, CustomerMessageKind, MailKind
from callbacks.db.tables import Callback, Contact, CustomerMessage, MailMessage
from callbacks.desk.desk_file import Desk
from callbacks.paging import customer_wording
from callbacks.paging.customer_messages import Heading, Recipient, write_message
from callbacks.paging.customer_wording import About

A_DAY = timedelta(days=1)
LATE_AFTER = timedelta(hours=6)  # a mail that is found so long after it arrived gets no receipt
LONGEST_SUBJECT = 200
LIMITED = (CustomerMessageKind.RECEIPT, CustomerMessageKind.CLOSED)  # together
# Nobody reads what is sent there, or a machine answers it.
_MACHINES = re.compile(
    r"(.*[-_.])?(no|do[-_.]?not|dont|ne[-_.]?pas)[-_.]?(reply|respond|repondre)([-_.].*)?|mailer-?daemon|postmaster|"
    r"bounces?([-_.].*)?"
)
_ANSWERS = re.compile(r"^\s*(re|tr|fwd?|rép|réf)\s*:\s*", re.IGNORECASE)


def send_mail_receipt(
    session: Session, desk: Desk, callback: Callback, contact: Contact, mail: MailMessage, now: datetime
) -> bool:
    """Write the receipt for a mail that opened a callback or was added to one. Return whether it is sent."""
    if why_no_receipt(session, desk, mail, now) is not None:
        return False
    about = About(desk, callback.reference, "")
    due_at = callback.due_at if callback.due_at > now and callback.attempted_at is None else None
    is_opener = contact.sid == callback.contact_sid
    words = customer_wording.mail_receipt(about, due_at, now, is_added=not is_opener)
    heading = Heading(subject_of_answer(callback.reference, mail.subject), in_reply_to=mail.message_id)
    to = Recipient(Channel.MAIL, mail.sender, contact.language)
    occasion = f"callback {callback.id}"
    text = words.for_(contact.language)
    return write_message(
        session, CustomerMessageKind.RECEIPT, occasion, to, text, now, callback_id=callback.id, heading=heading
    )


def why_no_receipt(session: Session, desk: Desk, mail: MailMessage, now: datetime) -> str | None:
    """Return why the sender of a mail gets no receipt, or None."""
    rules = desk.mail
    if not rules.receipts or mail.kind is not MailKind.MESSAGE:
        return "Receipts are for messages only."
    if not mail.sender or now - mail.received_at > LATE_AFTER:
        return "There is nobody to answer, or it is too late."
    return why_not_mailed(session, desk, mail.sender, now)


def why_not_mailed(session: Session, desk: Desk, address: str, now: datetime) -> str | None:
    """Return why the desk writes no mail of its own to an address, or None."""
    rules = desk.mail
    if is_read_by_nobody(desk, address):
        return "It is our own address, or a machine's."
    today = (CustomerMessage.created_at > now - A_DAY) & (CustomerMessage.channel == Channel.MAIL)
    today &= CustomerMessage.kind.in_(LIMITED)
    if _count(session, today & (CustomerMessage.address == address)) >= rules.receipts_to_sender_a_day:
        return "This sender has had their receipts for a day."
    return "The desk has sent its receipts for a day." if _count(session, today) >= rules.receipts_a_day else None


def is_read_by_nobody(desk: Desk, address: str) -> bool:
    """Return whether an address is ours or a machine's, so that no customer reads what is sent to it."""
    return address in desk.own_addresses or is_machine(address)


def is_machine(address: str) -> bool:
    """Return whether a machine answers what is sent to an address, or nobody does."""
    return _MACHINES.fullmatch(address.partition("@")[0].partition("+")[0].lower()) is not None


def subject_of_answer(reference: str, subject: str) -> str:
    """Return the subject of an answer, with our reference once and "Re:" once: "[KT-417] Re: No mail"."""
    return f"[{reference}] Re: {without_marks(reference, subject)}"[:LONGEST_SUBJECT].rstrip()


def without_marks(reference: str, subject: str) -> str:
    """Return a subject without what answers put before it, and without our reference: "No mail"."""
    rest = " ".join(subject.replace(f"[{reference}]", "").split())
    while (shorter := _ANSWERS.sub("", rest)) != rest:
        rest = shorter
    return rest


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(CustomerMessage).where(which)) or 0
