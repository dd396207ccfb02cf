"""Whom a mail about a callback goes to: the customer who wrote last, else the address of theirs that we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.find import caller_of, mails_of
from callbacks.db.tables import Callback, MailMessage
from callbacks.desk.desk_file import Desk
from callbacks.paging.mail_receipts import is_read_by_nobody
from callbacks.people.colleagues import addresses_of_colleagues
from callbacks.records.contacts_of_callback import contacts_of


@dataclass(frozen=True)
class Addressee:
    """Whom a mail about a callback goes to, and the mail that it answers; None where the customer has not written."""

    address: str
    mail: MailMessage | None = None


def addressee(session: Session, desk: Desk, callback: Callback) -> Addressee | None:
    """Return whom a mail about a callback goes to: who wrote last, else the address of the customer that we know.

    A colleague who wrote, too, is not the customer. Return None where there is none.
    """
    contact = callback.contact
    written = [mail for mail in mails_about(session, callback) if _may_be_mailed(desk, mail.sender)]
    colleagues = addresses_of_colleagues(session)
    last = next((mail for mail in reversed(written) if mail.sender not in colleagues), written[-1] if written else None)
    if last is not None:
        return Addressee(last.sender, last)
    if contact.person_deleted_at is not None:
        return None
    known = caller_of(session, contact)
    addresses = [contact.caller.lower(), *(mails_of(known.customer) if known is not None else [])]
    return next((Addressee(each) for each in addresses if _may_be_mailed(desk, each)), None)


def mails_about(session: Session, callback: Callback) -> Sequence[MailMessage]:
    """Return the mails that opened a callback or joined it, in order."""
    sids = [contact.sid for contact in contacts_of(callback) if contact.person_deleted_at is None]
    found = select(MailMessage).where(MailMessage.contact_sid.in_(sids))
    return session.scalars(found.order_by(MailMessage.received_at, MailMessage.id)).all()


def _may_be_mailed(desk: Desk, address: str) -> bool:
    return "@" in address and not is_read_by_nobody(desk, address)
