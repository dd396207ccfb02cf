"""What a call or mail holds about its customer: the recording, the words, and the person. Each part goes by itself.

No row is deleted but search words, so that counts and reports stay what they were. Whoever calls this has checked that
no callback about the call is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.removals import record_removal
from callbacks.db.states import GONE, AudioState, Channel, PageState, TranscribedBy, Urgency
from callbacks.db.tables import (
    AuditEntry,
    BillingConsent,
    Callback,
    Contact,
    CustomerMessage,
    Event,
    JoinedContact,
    MailMessage,
    Page,
    ReceivedText,
    Voicemail,
)
from callbacks.records.audit_log import HEARD_A_MESSAGE, OPENED_AN_ATTACHMENT
from callbacks.records.contacts_of_callback import contacts_of, messages_of
from callbacks.records.emptying import EMPTIED, empty_entries, empty_events
from callbacks.records.event_log import record_event
from callbacks.records.search import LONGEST_MAIL, reindex

DELETED = "deleted"  # stands where a number or an address was
# What was done with a message, with words of it: a transcript that was typed, the name of an attachment.
WITH_WORDS = ("callback: transcript", OPENED_AN_ATTACHMENT)
TRANSCRIPTS = (EventKind.TRANSCRIBED, EventKind.MACHINE_TRANSCRIBED)
WORDS_OF_CUSTOMERS = (
    *TRANSCRIPTS,
    *(EventKind.CUSTOMER_TEXTED, EventKind.CANCEL_ASKED, EventKind.MAIL_RECEIVED, EventKind.COLLEAGUE_MAILED),
)
# The details of these events name nobody but the desk's own people. Those of all others may name the customer.
WITHOUT_CUSTOMER = frozenset(
    {
        *(EventKind.CALLED, EventKind.CALL_ENDED, EventKind.CALLBACK_OPENED, EventKind.STOPPED_WAITING),
        *(EventKind.RECORDING_EXPECTED, EventKind.RECORDING_RECORDED, EventKind.RECORDING_ABSENT),
        *(EventKind.RECORDING_FAILED, EventKind.AUDIO_STORED, EventKind.AUDIO_DELETED, EventKind.MESSAGE_HEARD),
        *(EventKind.STEP, EventKind.STEP_SKIPPED, EventKind.REMINDER, EventKind.BREACHED, EventKind.PAGED),
        *(EventKind.NOTIFIED, EventKind.ATTEMPT_REQUESTED, EventKind.OWNER_PASSED_OVER),
        *(EventKind.RESOLUTION_AT_RISK, EventKind.RESOLUTION_OVERDUE, EventKind.PRIORITY_CHANGED),
        *(EventKind.WORK_RECORDED, EventKind.PRODUCT_SET, EventKind.AUTO_CLOSED, EventKind.PERSON_DELETED),
        EventKind.TEXT_FOUND,
    }
)


def callbacks_about(sids: Sequence[str]) -> Select[Callback]:
    """Return the query for the callbacks that calls opened or joined."""
    joined = select(JoinedContact.callback_id).where(JoinedContact.contact_sid.in_(sids))
    return select(Callback).where(or_(Callback.contact_sid.in_(sids), Callback.id.in_(joined))).order_by(Callback.id)


# The recording


def delete_audio(session: Session, voicemail: Voicemail, now: datetime) -> bool:
    """Have a recording deleted here and at the carrier, and let nobody hear it from now on. Return whether it is news.

    The worker does the work, and goes on until it is done. Whoever copies the recording meanwhile loses the claim.
    """
    if voicemail.audio in GONE:
        return False
    voicemail.audio, voicemail.next_action_at, voicemail.tries = AudioState.DELETING, now, 0
    voicemail.token += 1
    voicemail.missing_since = None
    return True


# The mail


def delete_content(mail: MailMessage, now: datetime) -> bool:
    """Delete what a mail says, let nobody open its files, and have them deleted. Return whether it is news.

    The worker deletes the files, and goes on until it is done.
    """
    if mail.content_deleted_at is not None:
        return False
    mail.words = mail.quoted = mail.subject = mail.note = ""
    for attachment in mail.attachments:
        attachment.name = attachment.note = attachment.sha256 = ""
    mail.content_deleted_at, mail.next_action_at, mail.tries = now, now, 0
    mail.token += 1
    return True


def delete_sender(mail: MailMessage) -> None:
    """Delete who sent a mail, and what tells it: message IDs, and how the mail server checked the sender."""
    mail.sender = DELETED
    mail.sender_name = mail.authentication = mail.message_id = mail.thread = ""


# The words


def delete_transcript(session: Session, voicemail: Voicemail) -> bool:
    """Delete what a message says, in writing. Return whether there was anything. No machine writes it again."""
    was_written = bool(voicemail.transcript or voicemail.gist)
    voicemail.transcript, voicemail.gist, voicemail.guessed_urgency = "", "", Urgency.NONE
    if was_written or voicemail.transcribed_by is TranscribedBy.NOT_YET:
        voicemail.transcribed_by = TranscribedBy.DELETED
    return was_written


def delete_words(session: Session, sids: Sequence[str], who: str, now: datetime) -> int:
    """Delete transcripts and the content of mails, and the words of every text and mail about them.

    Return how many transcripts.
    """
    voicemails = session.scalars(select(Voicemail).where(Voicemail.call_sid.in_(sids)).order_by(Voicemail.id)).all()
    deleted = sum(delete_transcript(session, voicemail) for voicemail in voicemails)
    for mail in _mails(session, sids):
        delete_content(mail, now)
    session.flush()
    said = select(Event.id).where(Event.contact_sid.in_(sids), Event.kind.in_(WORDS_OF_CUSTOMERS))
    empty_events(session, session.scalars(said).all(), who, now)
    callbacks = session.scalars(callbacks_about(sids)).all()
    for callback in callbacks:
        _delete_texts(session, callback)
        index_again(session, callback)
    session.flush()
    empty_entries_about(session, [callback.reference for callback in callbacks], who, now, WITH_WORDS)
    return deleted


def _mails(session: Session, sids: Sequence[str]) -> Sequence[MailMessage]:
    mails = select(MailMessage).where(MailMessage.contact_sid.in_(sids)).order_by(MailMessage.id)
    return session.scalars(mails.with_for_update(of=MailMessage)).all()


def _delete_texts(session: Session, callback: Callback) -> None:
    """Delete the words of the texts and mails about a callback that is over."""
    sent = update(Page).where(Page.callback_id == callback.id, Page.state != PageState.DUE, Page.words != "")
    session.execute(sent.values(words=""))
    session.execute(
        update(CustomerMessage).where(CustomerMessage.callback_id == callback.id).values(words="", subject="")
    )
    codes = session.scalars(select(Page.code).where(Page.callback_id == callback.id, Page.code != "").distinct()).all()
    names = [callback.reference, *codes]
    since = ReceivedText.at >= callback.opened_at
    for name in names:
        about_it = or_(ReceivedText.words.contains(name), ReceivedText.answer.contains(name))
        session.execute(update(ReceivedText).where(since, about_it).values(words="", answer=""))


def index_again(session: Session, callback: Callback) -> None:
    """Index a callback by what is still on record: the numbers, the names, the messages, and what people wrote."""
    calls, kinds = contacts_of(callback), (EventKind.NOTE, EventKind.CALLER_NAMED, EventKind.CUSTOMER_TEXTED)
    numbers = [number for call in calls for number in (call.caller, call.customer_number or "") if number != DELETED]
    names = [call.caller_name for call in calls]
    spoken = [message.transcript for message in messages_of(callback)]
    mails = [f"{mail.subject} {mail.words[:LONGEST_MAIL]}" for mail in _mails(session, [call.sid for call in calls])]
    about_it = Event.contact_sid.in_([call.sid for call in calls])
    notes = select(Event.detail).where(about_it, Event.kind.in_(kinds), Event.detail != EMPTIED)
    written = [*session.scalars(notes), callback.outside_ticket]
    reindex(session, callback, [*numbers, *names, *spoken, *mails, *written])


# The person


def delete_person(session: Session, sids: Sequence[str], who: str, now: datetime) -> int:
    """Delete the number and the name of the customer who made these calls, and every detail about them in both logs.

    Return how many calls lost them. The recordings and the words are deleted too, if they are still there.
    """
    _ = [
        delete_audio(session, voicemail, now)
        for voicemail in session.scalars(select(Voicemail).where(Voicemail.call_sid.in_(sids)))
        if voicemail.recording_sid is not None or voicemail.audio is not AudioState.NONE
    ]
    calls = session.scalars(select(Contact).where(Contact.sid.in_(sids), Contact.person_deleted_at.is_(None))).all()
    for call in calls:
        call.caller, call.customer_number, call.caller_name, call.extension = DELETED, None, "", ""
        call.person_deleted_at = now
        record_event(session, call.sid, now, who, EventKind.PERSON_DELETED)
    for mail in _mails(session, sids):
        delete_sender(mail)
    session.flush()
    delete_words(session, sids, who, now)
    _delete_addresses(session, sids)
    about_them = select(Event.id).where(Event.contact_sid.in_(sids), Event.kind.not_in(WITHOUT_CUSTOMER))
    empty_events(session, session.scalars(about_them).all(), who, now)
    session.flush()
    for callback in session.scalars(callbacks_about(sids)).all():
        index_again(session, callback)
    _delete_consents(session, sids)
    references = [callback.reference for callback in session.scalars(callbacks_about(sids))]
    empty_entries_about(session, [*references, *sids], who, now)
    return len(calls)


def _delete_addresses(session: Session, sids: Sequence[str]) -> None:
    """Delete where messages about the callbacks of these calls went to."""
    about = [callback.id for callback in session.scalars(callbacks_about(sids))]
    for message in session.scalars(select(CustomerMessage).where(CustomerMessage.callback_id.in_(about))):
        message.subject = message.in_reply_to = ""
        if message.channel is Channel.MAIL:
            message.error = ""  # a mail server names the address
        message.address, message.words = f"{DELETED} {message.id}", ""  # an address is unique for each occasion


def _delete_consents(session: Session, sids: Sequence[str]) -> None:
    """Delete who consented to billable work, and the words of it. Minutes, limits and times stay for the invoices."""
    about = {callback.id: callback.reference for callback in session.scalars(callbacks_about(sids))}
    consents = select(BillingConsent).where(BillingConsent.callback_id.in_(about), BillingConsent.given_by != DELETED)
    for consent in session.scalars(consents.order_by(BillingConsent.id)):
        record_removal(
            session, f"the name and the words of the consent to billable work on {about[consent.callback_id]}"
        )
        consent.given_by, consent.scope = DELETED, ""


def empty_entries_about(
    session: Session, names: Sequence[str], who: str, now: datetime, what: Sequence[str] = ()
) -> int:
    """Remove the details of the entries of the audit log that name one of these. Return how many.

    With `what`, only of those that say this was done.
    Entries about who listened stay as they are: they name a callback, and nothing of its customer.
    """
    conditions: list[ColumnElement[bool]] = [
        AuditEntry.detail.contains(name, autoescape=True) for name in names if name
    ]
    if not conditions:
        return 0
    found = select(AuditEntry.id).where(or_(*conditions), AuditEntry.what != HEARD_A_MESSAGE)
    if what:
        found = found.where(AuditEntry.what.in_(what))
    return empty_entries(session, session.scalars(found).all(), who, now)
