"""What the screen of all mails shows: those that opened or joined a callback, and those that nobody is to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from callbacks.db.states import MailKind
from callbacks.db.tables import Callback, JoinedContact, MailMessage

A_PAGE = 50
KINDS: Mapping[MailKind, str] = {
    MailKind.MESSAGE: "message",
    MailKind.AUTOMATIC: "automatic mail",
    MailKind.BOUNCE: "undelivered mail of ours",
    MailKind.LIST: "newsletter or mailing list",
    MailKind.LOOP: "mail of ours that came back",
}


@dataclass(frozen=True)
class MailRow:
    """A mail that reached one of our mailboxes."""

    received_at: datetime
    mailbox: str
    sender: str  # "" if there is not exactly one
    sender_name: str
    subject: str
    kind: str
    reference: str  # of its callback; "" for none
    has_joined: bool  # it did not open that callback


@dataclass(frozen=True)
class MailLog:
    rows: Sequence[MailRow]
    before: int | None  # the mail before which older ones are


def mail_log(session: Session, before: int | None) -> MailLog:
    """Return one page of the mails of every mailbox, latest first."""
    query = select(MailMessage).order_by(MailMessage.received_at.desc(), MailMessage.id.desc())
    last = session.get(MailMessage, before) if before is not None else None
    if last is not None:
        query = query.where(tuple_(MailMessage.received_at, MailMessage.id) < (last.received_at, last.id))
    found = session.scalars(query.limit(A_PAGE + 1)).all()
    shown = found[:A_PAGE]
    sids = [mail.contact_sid for mail in shown if mail.contact_sid is not None]
    opened, joined = _opened(session, sids), _joined(session, sids)
    rows = [_row(mail, opened, joined) for mail in shown]
    return MailLog(rows, shown[-1].id if len(found) > A_PAGE else None)


def _row(mail: MailMessage, opened: Mapping[str, str], joined: Mapping[str, str]) -> MailRow:
    sid = mail.contact_sid or ""
    return MailRow(
        received_at=mail.received_at,
        mailbox=mail.mailbox,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        kind=KINDS[mail.kind],
        reference=opened.get(sid) or joined.get(sid, ""),
        has_joined=sid not in opened and sid in joined,
    )


def _opened(session: Session, sids: Sequence[str]) -> Mapping[str, str]:
    query = select(Callback.contact_sid, Callback.reference).where(Callback.contact_sid.in_(sids))
    return {row.contact_sid: row.reference for row in session.execute(query)}


def _joined(session: Session, sids: Sequence[str]) -> Mapping[str, str]:
    query = select(JoinedContact.contact_sid, Callback.reference)
    query = query.join(Callback, Callback.id == JoinedContact.callback_id).where(JoinedContact.contact_sid.in_(sids))
    return {row.contact_sid: row.reference for row in session.execute(query)}
