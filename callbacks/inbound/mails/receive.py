"""Takes in a mail to one of our mailboxes, once: its files first, then everything else in one transaction.

A mail that is received again, after a crash or by a second worker, changes nothing. Files without a row are written
again by the next try.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.mails import join_by_mail, note_mail_of_colleague, open_by_mail
from callbacks.customers.find import contacts_of as contacts_of_customer
from callbacks.customers.find import customer_with, phones_of
from callbacks.db.database import Database, insert_once, lock_name, locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import MailKind, Urgency
from callbacks.db.tables import Callback, Contact, Customer, Mail, MailAttachment, MailMessage
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import MailboxMeaning
from callbacks.errors import NotFound
from callbacks.inbound.gist import guessed_urgency
from callbacks.inbound.mails.bounces import take_bounce
from callbacks.inbound.mails.files import store_file
from callbacks.inbound.mails.known_callbacks import callbacks_about, through_colleagues
from callbacks.inbound.mails.parse import ParsedAttachment, ParsedMail
from callbacks.inbound.mails.threads import Decision, Fate, Link, NewMail, callback_of_mail, references_in
from callbacks.inbound.mails.urgent_words import says_urgent
from callbacks.media.store import MediaStore
from callbacks.paging.mail_receipts import send_mail_receipt
from callbacks.people.colleagues import addresses_of_colleagues
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event

LONGEST_NAME, LONGEST_FIELD = 100, 255
LONGEST_WORDS = 200_000  # characters; the mail as it came is in its file


class Outcome(enum.Enum):
    """What became of a mail."""

    OPENED = "opened"  # a callback
    JOINED = "joined"  # one that was open
    REOPENED = "reopened"  # one that had ended
    NOTED = "noted"  # a colleague wrote it about a callback: it changes nothing
    STORED = "stored"  # it is no message: nobody is paged
    KNOWN = "known"  # it was received before: nothing has changed


@dataclass(frozen=True)
class Received:
    """What became of a mail, and the reference of the callback that it is about, if there is one."""

    outcome: Outcome
    mail_id: int
    reference: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it was stored now."""
        return self.outcome is not Outcome.KNOWN


def receive(
    database: Database,
    desk: Desk,
    media: MediaStore,
    mailbox: str,
    raw: bytes,
    parsed: ParsedMail,
    arrived_at: datetime,
    now: datetime,
) -> Received:
    """Store a mail and do what it asks for, once for each mailbox. Raise NotFound for an unknown mailbox.

    Raise OSError if its files cannot be written: then nothing is stored, and it is to be received again.
    """
    if mailbox not in desk.mailboxes:
        raise NotFound(f"There is no mailbox {mailbox} in the desk file.")
    digest = hashlib.sha256(raw).hexdigest()
    known = database.read(lambda session: _known(session, mailbox, digest))
    if known is not None:
        return known
    files = _store_files(media, f"{mailbox}-{digest}", raw, parsed.attachments)
    incoming = _Incoming(mailbox, digest, len(raw), parsed, files, min(arrived_at, now))
    return database.write(lambda session: _receive(session, desk, incoming, now))


@dataclass(frozen=True)
class _Incoming:
    """A mail whose files are stored."""

    mailbox: str
    digest: str
    size: int
    parsed: ParsedMail
    files: Mapping[int, str]  # of the attachments by their place from 1; 0 is the mail as it came
    arrived_at: datetime


def _store_files(
    media: MediaStore, name: str, raw: bytes, attachments: Sequence[ParsedAttachment]
) -> Mapping[int, str]:
    files = {0: store_file(media, f"{name}.eml", raw)}
    for place, attachment in enumerate(attachments, 1):
        if attachment.content is not None:
            files[place] = store_file(media, f"{name}-{place}.attachment", attachment.content)
    return files


def _known(session: Session, mailbox: str, digest: str) -> Received | None:
    query = select(MailMessage).where(MailMessage.mailbox == mailbox, MailMessage.digest == digest)
    mail = session.scalar(query)
    if mail is None:
        return None
    about = callback_about(session, mail.contact_sid) if mail.contact_sid is not None else None
    return Received(Outcome.KNOWN, mail.id, about.reference if about is not None else "")


def _receive(session: Session, desk: Desk, incoming: _Incoming, now: datetime) -> Received:
    if not _insert(session, incoming):
        known = _known(session, incoming.mailbox, incoming.digest)
        if known is not None:
            return known
    query = select(MailMessage).where(MailMessage.mailbox == incoming.mailbox, MailMessage.digest == incoming.digest)
    mail = session.scalars(query).one()
    _insert_attachments(session, mail, incoming)
    match mail.kind:
        case MailKind.MESSAGE:
            return _take_message(session, desk, mail, incoming, now)
        case MailKind.BOUNCE:
            take_bounce(session, desk, incoming.parsed, now)
    return Received(Outcome.STORED, mail.id)


def _insert(session: Session, incoming: _Incoming) -> bool:
    parsed = incoming.parsed
    return insert_once(
        session,
        MailMessage,
        mailbox=incoming.mailbox,
        digest=incoming.digest,
        message_id=parsed.message_id[:LONGEST_FIELD],
        thread="\n".join(parsed.thread),
        received_at=incoming.arrived_at,
        sender=parsed.sender[:LONGEST_FIELD],
        sender_name=parsed.sender_name[:LONGEST_NAME],
        subject=parsed.subject[:LONGEST_FIELD],
        kind=parsed.kind,
        words=parsed.words[:LONGEST_WORDS],
        quoted=parsed.quoted[:LONGEST_WORDS],
        note="\n".join(parsed.notes),
        authentication=parsed.authentication,
        size=incoming.size,
        file=incoming.files[0],
        contact_sid=None,
    )


def _insert_attachments(session: Session, mail: MailMessage, incoming: _Incoming) -> None:
    for place, attachment in enumerate(incoming.parsed.attachments, 1):
        content = attachment.content
        session.add(
            MailAttachment(
                mail_id=mail.id,
                name=attachment.name[:LONGEST_FIELD],
                media_type=attachment.media_type[:LONGEST_NAME],
                size=attachment.size,
                file=incoming.files.get(place),
                sha256=hashlib.sha256(content).hexdigest() if content is not None else "",
                note=attachment.note,
            )
        )
    session.flush()


# A message


def _take_message(session: Session, desk: Desk, mail: MailMessage, incoming: _Incoming, now: datetime) -> Received:
    customer = customer_with(session, mail.sender) if mail.sender else None
    people = frozenset([*(contacts_of_customer(customer) if customer else ()), *([mail.sender] if mail.sender else ())])
    # Of two contacts of one customer at the same instant, the second waits for the first. Calls lock their number.
    lock_name(session, f"callbacks of {min(people, default='nobody')}")
    decision = _decide(session, desk, mail, people, incoming.parsed)
    if decision.fate is Fate.NOTE and decision.callback_id is not None:
        callback = locked(session, Callback, decision.callback_id)
        note_mail_of_colleague(session, callback, mail, now)
        return Received(Outcome.NOTED, mail.id, callback.reference)
    contact = _contact(session, desk, mail, customer, incoming.parsed, now)
    is_urgent = _is_urgent(mail, contact.language)
    if decision.fate is Fate.OPEN or decision.callback_id is None:
        _record(session, contact, mail, "", decision.notes, now)
        callback = open_by_mail(session, desk, contact, mail, now, is_urgent=is_urgent)
        outcome = Outcome.OPENED
    else:
        callback = locked(session, Callback, decision.callback_id)
        outcome = Outcome.REOPENED if decision.fate is Fate.REOPEN else Outcome.JOINED
        _record(session, contact, mail, f"It {outcome.value} {callback.reference}.", decision.notes, now)
        join_by_mail(session, desk, callback, contact, mail, now, is_urgent=is_urgent)
    if decision.link not in (Link.THREAD, Link.COPY):  # who answers us knows the reference
        session.flush()
        send_mail_receipt(session, desk, callback, contact, mail, now)
    return Received(outcome, mail.id, callback.reference)


def _contact(
    session: Session, desk: Desk, mail: MailMessage, customer: Customer | None, parsed: ParsedMail, now: datetime
) -> Contact:
    phones = phones_of(customer) if customer is not None else []
    language = (customer.language if customer is not None else "") or parsed.language
    verdict = support_hours(session, desk).verdict(mail.received_at)
    contact = Mail(
        sid=f"ML{hashlib.sha256(f'{mail.mailbox} {mail.digest}'.encode()).hexdigest()[:32]}",
        line="",
        mailbox=mail.mailbox,
        caller=mail.sender,
        caller_name=mail.sender_name,
        customer_number=desk.dialing_rules.callable_number(phones[0]) if len(phones) == 1 else None,
        began_at=mail.received_at,
        ended_at=mail.received_at,
        language=language if language in ("en", "fr") else "en",
        language_known=language in ("en", "fr"),
        is_open=verdict.is_open,
        hours_reason=verdict.reason.spoken("en"),
    )
    session.add(contact)
    session.flush()
    mail.contact_sid = contact.sid
    session.flush()
    return contact


def _decide(session: Session, desk: Desk, mail: MailMessage, people: frozenset[str], parsed: ParsedMail) -> Decision:
    references = references_in(mail.subject, mail.words)
    is_emergency = desk.meaning_of(mail.mailbox) is MailboxMeaning.EMERGENCY
    is_of_colleague = mail.sender in addresses_of_colleagues(session)
    thread = tuple(through_colleagues(session, parsed.thread))
    new = NewMail(mail.received_at, people, mail.message_id, thread, references, is_emergency, is_of_colleague)
    return callback_of_mail(new, callbacks_about(session, new), desk.mail)


def _is_urgent(mail: MailMessage, language: str) -> bool:
    said = f"{mail.subject}. {mail.words}"
    return says_urgent(said) or guessed_urgency(said, language) is Urgency.DOWN


def _record(
    session: Session, contact: Contact, mail: MailMessage, then: str, notes: Sequence[str], now: datetime
) -> None:
    sender = mail.sender or "no usable address"
    detail = " ".join(filter(None, [f'"{mail.subject}", to the {mail.mailbox} mailbox, from {sender}.', then, *notes]))
    record_event(session, contact.sid, now, Actor.CALLER, EventKind.MAIL_RECEIVED, detail)
