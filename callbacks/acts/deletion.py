"""Delete a message or a mail at once, for a reason: it has a card number, or the customer asks for it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sqlalchemy import select, update

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.customers.personal_data import (
    TRANSCRIPTS,
    WITH_WORDS,
    delete_audio,
    delete_content,
    delete_transcript,
    empty_entries_about,
    index_again,
)
from callbacks.db.database import locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PageKind, PageState, VoicemailState
from callbacks.db.tables import CustomerMessage, Event, MailMessage, Page, Voicemail
from callbacks.paging.addressee import mails_about
from callbacks.records.contacts_of_callback import contacts_of, messages_of
from callbacks.records.emptying import EMPTIED, empty_events
from callbacks.text.bilingual import Words


class Part(enum.Enum):
    """What of a message is deleted."""

    ALL = "all"  # the recording, here and at the carrier, and the transcript
    TRANSCRIPT = "transcript"
    MAIL = "mail"  # its words, its subject, its attachments, and the mail as it came


@dataclass(frozen=True)
class DeleteMessage(Act):
    """Delete a recording and its transcript, the transcript alone, or a mail. It cannot be undone.

    While the callback is open and nobody has heard the message, it asks for a confirmation: nobody would know what the
    customer wants.
    """

    part: Part
    reason: str
    is_confirmed: bool = False
    voicemail_id: int | None = None
    """Of several messages, which one; the first by default."""
    mail_id: int | None = None
    """Of several mails, which one; the first by default."""

    roles = SUPERVISORS
    states = frozenset(CallbackState)
    conflicts = frozenset({EventKind.MESSAGE_DELETED, EventKind.TRANSCRIPT_DELETED, EventKind.MAIL_DELETED})

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if self.part is Part.MAIL:
            return self._delete_mail(context)
        call_sid = self._call_sid(context)
        voicemails = _messages_of(context, call_sid)
        if not voicemails:
            raise Refused(wording.NO_VOICEMAIL)
        if not self.reason:
            raise Refused(wording.REASON_TO_DELETE)
        if callback.state is CallbackState.OPEN and not self.is_confirmed and not _was_heard(context, call_sid):
            raise Refused(wording.message_not_heard(callback.reference))
        if self.part is Part.ALL:
            news = [delete_audio(context.session, voicemail, context.now) for voicemail in voicemails]
            if any(news):
                context.record(EventKind.MESSAGE_DELETED, self.reason)
        _delete_words(context, voicemails)
        if self.part is Part.TRANSCRIPT:
            context.record(EventKind.TRANSCRIPT_DELETED, self.reason)
            return wording.transcript_deleted(callback.reference)
        return wording.message_deleted(callback.reference)

    def _delete_mail(self, context: ActContext) -> Words:
        callback = context.callback
        mail = self._mail(context)
        if not self.reason:
            raise Refused(wording.REASON_TO_DELETE)
        if callback.state is CallbackState.OPEN and not self.is_confirmed:
            raise Refused(wording.mail_is_needed(callback.reference))
        subject = mail.subject
        if delete_content(mail, context.now):
            context.record(EventKind.MAIL_DELETED, self.reason)
            _delete_words_of_mail(context, mail, subject)
        return wording.mail_deleted(callback.reference)

    def _mail(self, context: ActContext) -> MailMessage:
        """Return the mail, locked. Raise Refused when the callback has no such mail."""
        mails = mails_about(context.session, context.callback)
        found = next((mail for mail in mails if self.mail_id in (None, mail.id)), None)
        if found is None:
            raise Refused(wording.NO_MAIL)
        return locked(context.session, MailMessage, found.id)

    def _call_sid(self, context: ActContext) -> str:
        """Return the call in which the message was left. Raise Refused when the callback has no such message."""
        if self.voicemail_id is None:
            return context.callback.contact_sid
        named = (each.call_sid for each in messages_of(context.callback) if each.id == self.voicemail_id)
        call_sid = next(named, None)
        if call_sid is None:
            raise Refused(wording.NO_VOICEMAIL)
        return call_sid


def _messages_of(context: ActContext, call_sid: str) -> list[Voicemail]:
    """Return what the caller recorded, with the earlier takes. Something was said in each of them."""
    theirs = select(Voicemail).where(Voicemail.call_sid == call_sid).order_by(Voicemail.id)
    said = theirs.where(Voicemail.state != VoicemailState.ABSENT)
    return list(context.session.scalars(said.with_for_update(of=Voicemail)))


def _was_heard(context: ActContext, call_sid: str) -> bool:
    heard = select(Event.id).where(Event.contact_sid == call_sid, Event.kind == EventKind.MESSAGE_HEARD)
    return context.session.scalar(heard.limit(1)) is not None


def _delete_words(context: ActContext, voicemails: list[Voicemail]) -> None:
    """Delete the transcript wherever it stands: beside the recording, in the log, in texts, in the search.

    The log and the texts do not say which of several messages they quote, so those of all of them go.
    """
    session, callback = context.session, context.callback
    for voicemail in voicemails:
        delete_transcript(session, voicemail)
    sids = [call.sid for call in contacts_of(callback)]
    logged = select(Event.id).where(Event.contact_sid.in_(sids), Event.kind.in_(TRANSCRIPTS))
    session.flush()
    empty_events(session, session.scalars(logged).all(), context.by.name, context.now)
    texts = update(Page).where(Page.callback_id == callback.id, Page.kind == PageKind.TRANSCRIPT)
    session.execute(texts.where(Page.state == PageState.DUE).values(state=PageState.CANCELLED, next_action_at=None))
    session.execute(texts.values(words=""))
    index_again(session, callback)
    empty_entries_about(session, [callback.reference], context.by.name, context.now, WITH_WORDS)


def _delete_words_of_mail(context: ActContext, mail: MailMessage, subject: str) -> None:
    """Delete what quotes a mail: its line in the log, subjects of answers, texts, the search.

    Texts that were sent do not say what they quote, so those of the callback go. One that waits loses the subject.
    """
    session, callback = context.session, context.callback
    logged = select(Event.id).where(Event.contact_sid == mail.contact_sid, Event.kind == EventKind.MAIL_RECEIVED)
    session.flush()
    empty_events(session, session.scalars(logged).all(), context.by.name, context.now)
    answers = update(CustomerMessage).where(CustomerMessage.callback_id == callback.id)
    session.execute(answers.values(subject=""))
    pages = select(Page).where(Page.callback_id == callback.id, Page.words != "").with_for_update(of=Page)
    for page in session.scalars(pages):
        page.words = without_quote(page.words, subject) if page.state is PageState.DUE else ""
    index_again(session, callback)
    empty_entries_about(session, [callback.reference], context.by.name, context.now, WITH_WORDS)


def without_quote(words: str, subject: str) -> str:
    """Return a text without the subject of a mail that it quotes, perhaps in part: '"My card is..."' or "(My card)"."""
    about = " ".join(subject.split()).replace('"', "'")
    for length in range(len(about), 0, -1):
        for mark in ('"', "("):
            quote = f"{mark}{about[:length]}"
            if quote in words:
                return words.replace(quote, f"{mark}{EMPTIED}")
    return words
