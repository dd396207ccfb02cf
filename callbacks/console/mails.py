"""The mails of a callback, as its screens show them: from the customer and to them, with their attachments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import Callback, CustomerMessage, MailAttachment, MailMessage
from callbacks.inbound.mails.authentication import in_words
from callbacks.paging.addressee import mails_about
from callbacks.text.bilingual import Words

SENT = Words("sent", "envoyée")
NOT_SENT = Words("not sent", "non envoyée")
WAITS = Words("waits to be sent", "en attente d'envoi")
CONTENT_DELETED = "Its words and files were deleted."
A_KILOBYTE = 1024


@dataclass(frozen=True)
class AttachmentOnScreen:
    """A file that came with a mail."""

    id: int
    name: str
    kilobytes: int
    is_here: bool  # it can be downloaded
    note: str  # why it was refused


@dataclass(frozen=True)
class MailOnScreen:
    """A mail from the customer, or a reply to them."""

    at: datetime
    is_reply: bool
    who: str
    address: str
    subject: str
    words: str
    quoted: str = ""
    notes: Sequence[str] = ()
    attachments: Sequence[AttachmentOnScreen] = ()
    standing: Words = SENT  # of a reply
    contact_sid: str = ""  # of a mail from the customer
    sender_check: Words | None = None  # what the mail server found out about who sent a mail from the customer
    mail_id: int | None = None  # of a mail from the customer whose content can be deleted


def mails_of(session: Session, callback: Callback) -> list[MailOnScreen]:
    """Return the mails of a callback, oldest first."""
    received = (from_customer(mail) for mail in mails_about(session, callback))
    return sorted([*received, *_replies(session, callback)], key=lambda mail: mail.at)


def subjects_of(session: Session, contact_sids: Collection[str]) -> Mapping[str, str]:
    """Return the subjects of mails, by the SIDs of their contacts, with one query."""
    found = select(MailMessage.contact_sid, MailMessage.subject).where(MailMessage.contact_sid.in_(contact_sids))
    return {sid: subject for sid, subject in session.execute(found) if sid is not None}


def from_customer(mail: MailMessage) -> MailOnScreen:
    is_deleted = mail.content_deleted_at is not None
    return MailOnScreen(
        at=mail.received_at,
        is_reply=False,
        who=mail.sender_name or mail.sender,
        address=mail.sender,
        subject=mail.subject,
        words=mail.words,
        quoted=mail.quoted,
        notes=[CONTENT_DELETED] if is_deleted else mail.note.splitlines(),
        attachments=[] if is_deleted else [_attachment(each) for each in mail.attachments],
        contact_sid=mail.contact_sid or "",
        sender_check=None if is_deleted else in_words(mail.authentication),
        mail_id=None if is_deleted else mail.id,
    )


def _replies(session: Session, callback: Callback) -> Iterator[MailOnScreen]:
    theirs = select(CustomerMessage).where(CustomerMessage.callback_id == callback.id)
    for row in session.scalars(theirs.where(CustomerMessage.kind == CustomerMessageKind.REPLY)):
        yield MailOnScreen(
            row.created_at, True, row.sent_by, row.address, row.subject, row.words, standing=_standing(row)
        )


def _standing(reply: CustomerMessage) -> Words:
    match reply.state:
        case CustomerMessageState.SENT:
            return SENT
        case CustomerMessageState.DUE:
            known = WAITS
        case _:
            known = NOT_SENT
    because = f" ({reply.error})" if reply.error else ""
    return Words(f"{known.english}{because}", f"{known.french}{because}")


def _attachment(row: MailAttachment) -> AttachmentOnScreen:
    kilobytes = max(1, round(row.size / A_KILOBYTE))
    return AttachmentOnScreen(row.id, row.name, kilobytes, row.file is not None, row.note)
