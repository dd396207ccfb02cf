"""Reply to a customer by mail (policy: After hours).

The reply waits in the outbox. It is an attempt to reach a customer who wrote once the mail server has it, not before
(`callbacks.paging.mail_replies`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.conflicts import TRIED
from callbacks.acts.ownership import take
from callbacks.customers.find import caller_of, mails_of
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, CustomerMessageKind
from callbacks.db.tables import Callback, MailMessage, Technician
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import note_reaction
from callbacks.paging import customer_wording
from callbacks.paging.customer_messages import Heading, Recipient, Writer, write_message
from callbacks.paging.mail_receipts import LONGEST_SUBJECT, is_machine, without_marks
from callbacks.paging.mail_replies import came_by_mail
from callbacks.records.contacts_of_callback import contacts_of
from callbacks.text.bilingual import Words

LONGEST_REPLY = 20_000  # characters


@dataclass(frozen=True)
class Addressee:
    """Whom a reply goes to, and the mail that it answers; None where the customer has not written."""

    address: str
    mail: MailMessage | None = None


@dataclass(frozen=True)
class ReplyByMail(Act):
    """Write to the customer by mail. Supervisors reply for the owner."""

    words: str
    awaits_answer: bool = False
    """From the time it is sent, the desk waits for the customer."""

    conflicts = TRIED | {EventKind.REPLY_WRITTEN}

    def apply(self, context: ActContext) -> Words:
        session, desk, callback = context.session, context.desk, context.callback
        words = _tidied(self.words)
        if not words:
            raise Refused(wording.EMPTY_REPLY)
        if len(words) > LONGEST_REPLY:
            raise Refused(wording.reply_too_long(LONGEST_REPLY))
        to = addressee(session, desk, callback)
        if to is None:
            raise Refused(wording.no_mail_address(callback.reference))
        if self.awaits_answer and callback.attempted_at is None and not came_by_mail(callback):
            raise Refused(wording.NOT_TRIED_YET)
        technician = take(context) if context.acts_for_themselves else context.technician_or_owner()
        _write(context, to, words, technician, awaits_answer=self.awaits_answer)
        note_reaction(callback, context.now)
        return wording.reply_written(callback.reference, counts=came_by_mail(callback))


def addressee(session: Session, desk: Desk, callback: Callback) -> Addressee | None:
    """Return whom a reply by mail goes to: who wrote last, else the address of the customer that we know; or None."""
    contact, own = callback.contact, {each.address.lower() for each in desk.mailboxes.values()}
    written = [mail for mail in mails_about(session, callback) if _may_be_mailed(mail.sender, own)]
    if written:
        return Addressee(written[-1].sender, written[-1])
    if contact.person_deleted_at is not None:
        return None
    known = caller_of(session, contact)
    addresses = [contact.caller.lower(), *(mails_of(known.customer) if known is not None else [])]
    return next((Addressee(each) for each in addresses if _may_be_mailed(each, own)), None)


def mails_about(session: Session, callback: Callback) -> Sequence[MailMessage]:
    """Return the mails that opened a callback or joined it, in order."""
    sids = [contact.sid for contact in contacts_of(callback) if contact.person_deleted_at is None]
    found = select(MailMessage).where(MailMessage.contact_sid.in_(sids))
    return session.scalars(found.order_by(MailMessage.received_at, MailMessage.id)).all()


def _may_be_mailed(address: str, own: set[str]) -> bool:
    return "@" in address and address not in own and not is_machine(address)


def _tidied(words: str) -> str:
    """Return words as they are sent: with line ends as in a text file, and no empty lines around them."""
    return re.sub(r"[ \t]+\n", "\n", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _write(context: ActContext, to: Addressee, words: str, technician: Technician, *, awaits_answer: bool) -> None:
    callback, language = context.callback, context.callback.contact.language
    subject = to.mail.subject if to.mail is not None else customer_wording.YOUR_REQUEST.for_(language)
    about = without_marks(callback.reference, subject)
    heading = Heading(
        f"Re: [{callback.reference}] {about}"[:LONGEST_SUBJECT].rstrip(),
        in_reply_to=to.mail.message_id if to.mail is not None else "",
    )
    write_message(
        context.session,
        CustomerMessageKind.REPLY,
        f"reply {secrets.token_hex(8)}",  # somebody may reply as often as they like
        Recipient(Channel.MAIL, to.address, language),
        words,
        context.now,
        callback_id=callback.id,
        heading=heading,
        writer=Writer(context.by.name, technician.id),
        awaits_answer=awaits_answer,
    )
    context.record(EventKind.REPLY_WRITTEN, f"to {to.address}")
