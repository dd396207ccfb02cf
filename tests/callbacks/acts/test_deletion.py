"""A supervisor deletes a message at once, with a reason, and it is gone wherever its words stood."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callbacks.acts import wording
from callbacks.acts.deletion import DeleteMessage, Part, without_quote
from callbacks.acts.details import WriteTranscript
from callbacks.acts.joining import add_contact
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import (
    AudioState,
    Channel,
    CustomerMessageKind,
    MailKind,
    PageKind,
    PageState,
    Role,
    TranscribedBy,
    VoicemailState,
)
from callbacks.db.tables import CustomerMessage, Event, FindingWord, Mail, MailAttachment, MailMessage, Page, Voicemail
from callbacks.records import audit_log
from callbacks.records.emptying import EMPTIED
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from tests.callbacks.acts.night import NOW, SUE, Night

ALL = DeleteMessage(Part.ALL, "a card number")
TRANSCRIPT = DeleteMessage(Part.TRANSCRIPT, "a card number")


@pytest.fixture
def heard(night: Night) -> Night:
    """Sue wrote down the message, and Amy has heard it."""
    night.sue_does(WriteTranscript("My card is 4111 1111"))
    about = {"about": night.callback.reference, "words": "My card is 4111 1111"}
    audit_log.note(night.session, NOW, SUE, "callback: transcript", about)
    audit_log.note_listener(night.session, "CA1", night.amy.name, NOW)
    return night


def voicemail(night: Night) -> Voicemail:
    return night.session.scalars(select(Voicemail)).one()


def test_the_message_and_its_words_are_gone_from_everywhere(heard: Night) -> None:
    heard.session.add(
        Page(callback_id=heard.callback.id, kind=PageKind.TRANSCRIPT, technician_id=heard.amy.id, channel=Channel.TEXT,
             code="", words="4111 1111", state=PageState.DUE, created_at=NOW, next_action_at=NOW)
    )  # fmt: skip
    assert heard.sue_does(ALL) == wording.message_deleted(heard.callback.reference)
    found = voicemail(heard)
    assert (found.audio, found.transcript, found.transcribed_by) == (AudioState.DELETING, "", TranscribedBy.DELETED)
    (text,) = heard.pages(heard.amy, PageKind.TRANSCRIPT)
    heard.session.refresh(text)
    assert (text.words, text.state) == ("", PageState.CANCELLED)
    heard.session.expire_all()
    assert [detail for _, _, detail in heard.events(EventKind.TRANSCRIBED)] == [EMPTIED]
    entries = audit_log.latest(heard.session)
    assert not any("4111" in entry.detail for entry in entries)


def test_the_log_has_who_and_why_and_not_what(heard: Night) -> None:
    heard.sue_does(ALL)
    assert heard.events(EventKind.MESSAGE_DELETED) == [(SUE, EventKind.MESSAGE_DELETED, "a card number")]


def test_the_transcript_alone_leaves_the_recording(heard: Night) -> None:
    heard.sue_does(TRANSCRIPT)
    found = voicemail(heard)
    assert (found.audio, found.transcript) == (AudioState.NONE, "")
    assert heard.events(EventKind.TRANSCRIPT_DELETED) == [(SUE, EventKind.TRANSCRIPT_DELETED, "a card number")]
    assert heard.events(EventKind.MESSAGE_DELETED) == []


def test_an_earlier_take_is_deleted_too(heard: Night) -> None:
    earlier = Voicemail(call_sid="CA1", recording_sid="RE1", state=VoicemailState.RECORDED, is_replaced=True)
    earlier.audio = AudioState.COPIED
    heard.session.add(earlier)
    heard.session.flush()
    heard.sue_does(ALL)
    assert earlier.audio is AudioState.DELETING


def test_an_open_callback_whose_message_nobody_heard_asks_for_a_confirmation(night: Night) -> None:
    assert night.refusal(ALL, night.at_console()) == wording.message_not_heard(night.callback.reference)
    assert voicemail(night).audio is AudioState.NONE
    night.sue_does(DeleteMessage(Part.ALL, "a card number", is_confirmed=True))
    assert voicemail(night).audio is AudioState.DELETING


def test_of_several_messages_the_chosen_one_is_deleted_and_the_other_is_kept(heard: Night) -> None:
    heard.calls_again("CA2")
    first, again = heard.session.scalars(select(Voicemail).order_by(Voicemail.id))
    heard.sue_does(WriteTranscript("My PIN is 9876", again.id))
    act = DeleteMessage(Part.ALL, "a PIN", voicemail_id=again.id)
    assert heard.refusal(act, heard.at_console()) == wording.message_not_heard(heard.callback.reference)
    audit_log.note_listener(heard.session, "CA2", heard.amy.name, NOW)
    heard.sue_does(act)
    assert (again.audio, again.transcript) == (AudioState.DELETING, "")
    assert (first.audio, first.transcript) == (AudioState.NONE, "My card is 4111 1111")
    words = set(heard.session.scalars(select(FindingWord.word).where(FindingWord.callback_id == heard.callback.id)))
    assert "card" in words
    assert "pin" not in words
    assert heard.events(EventKind.TRANSCRIBED) == [(SUE, EventKind.TRANSCRIBED, EMPTIED)] * 2


def test_a_message_of_another_callback_is_not_deleted(heard: Night) -> None:
    heard.callback_of("CA2")
    other = heard.session.scalars(select(Voicemail).where(Voicemail.call_sid == "CA2")).one()
    act = DeleteMessage(Part.ALL, "a card number", voicemail_id=other.id)
    assert heard.refusal(act, heard.at_console()) == wording.NO_VOICEMAIL


def test_a_closed_callback_asks_for_none(night: Night) -> None:
    night.closes()
    night.sue_does(ALL)


def test_it_needs_a_reason(heard: Night) -> None:
    assert heard.refusal(DeleteMessage(Part.ALL, ""), heard.at_console()) == wording.REASON_TO_DELETE


def test_a_call_without_a_message_has_nothing_to_delete(night: Night) -> None:
    voicemail(night).state = VoicemailState.ABSENT
    assert night.refusal(ALL, night.at_console()) == wording.NO_VOICEMAIL


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.READER])
def test_only_supervisors_delete(heard: Night, role: Role) -> None:
    assert heard.refusal(ALL, heard.at_console(role)) == wording.NOT_ALLOWED


def test_two_who_delete_at_the_same_time_are_told(heard: Night) -> None:
    seen = heard.seen
    heard.sue_does(ALL)
    other = heard.at_console()
    by = type(other)("boss@example.com", other.via, other.role, None)
    assert heard.refusal(ALL, by, seen) == wording.acted_first(SUE, EventKind.MESSAGE_DELETED)


# A mail


@pytest.fixture
def written(night: Night) -> Night:
    """The customer has written twice about the callback, and was answered once."""
    for sid, subject, words in (("ML1", "My card", "It is 4111 1111"), ("ML2", "Printer", "It smokes")):
        contact = Mail(sid=sid, line="", mailbox="support", caller="bob@acme.example", began_at=NOW, is_open=False)
        night.session.add(contact)
        night.session.flush()
        add_contact(night.session, night.callback, contact, NOW)
        mail = MailMessage(mailbox="support", digest=sid, received_at=NOW, sender="bob@acme.example", size=9)
        mail.kind, mail.contact_sid, mail.file = MailKind.MESSAGE, sid, f"{sid}.eml"
        mail.subject, mail.words, mail.quoted, mail.note = subject, words, "> card", "card"
        mail.attachments = [
            MailAttachment(name="card.png", media_type="image/png", size=9, file=f"{sid}-1", sha256="0", note="")
        ]
        night.session.add(mail)
        record_event(night.session, sid, NOW, Actor.CALLER, EventKind.MAIL_RECEIVED, f'"{subject}"')
        index_words(night.session, night.callback, f"{subject} {words}")
    night.session.add(
        CustomerMessage(kind=CustomerMessageKind.REPLY, occasion="1", channel=Channel.MAIL, address="bob@acme.example",
                        language="en", words="Call us.", subject="Re: My card", created_at=NOW,
                        callback_id=night.callback.id)
    )  # fmt: skip
    for turn, state in enumerate((PageState.SENT, PageState.DUE)):
        night.session.add(
            Page(callback_id=night.callback.id, kind=PageKind.CALLED_AGAIN, technician_id=night.amy.id, code="",
                 channel=Channel.TEXT, words='KT wrote: "My card".', state=state, round=turn, created_at=NOW)
        )  # fmt: skip
    about = {"callback": night.callback.reference, "file": "card.png"}
    audit_log.note(night.session, NOW, SUE, audit_log.OPENED_AN_ATTACHMENT, about)
    night.session.flush()
    night.session.expire_all()
    return night


def deletes_mail(night: Night, number: int = 1, *, is_confirmed: bool = True) -> DeleteMessage:
    (mail,) = night.session.scalars(select(MailMessage).where(MailMessage.digest == f"ML{number}"))
    return DeleteMessage(Part.MAIL, "a number", is_confirmed, mail_id=mail.id)


def test_a_mail_is_gone_from_everywhere_and_the_other_one_is_kept(written: Night) -> None:
    assert written.sue_does(deletes_mail(written)) == wording.mail_deleted(written.callback.reference)
    written.session.expire_all()
    first, second = written.session.scalars(select(MailMessage).order_by(MailMessage.id))
    assert (first.subject, first.words, first.quoted, first.note) == ("", "", "", "")
    assert (first.content_deleted_at, first.next_action_at, first.attachments[0].name) == (NOW, NOW, "")
    assert first.sender == "bob@acme.example"
    assert (second.subject, second.words, second.content_deleted_at) == ("Printer", "It smokes", None)
    received = select(Event.detail).where(Event.kind == EventKind.MAIL_RECEIVED).order_by(Event.id)
    assert written.session.scalars(received).all() == [EMPTIED, '"Printer"']
    answers = select(CustomerMessage.subject).where(CustomerMessage.kind == CustomerMessageKind.REPLY)
    assert written.session.scalars(answers).all() == [""]
    quoting = [page.words for page in written.pages(written.amy, PageKind.CALLED_AGAIN)]
    assert quoting == ["", f'KT wrote: "{EMPTIED}".']
    assert not any("card.png" in entry.detail for entry in audit_log.latest(written.session))
    words = set(written.session.scalars(select(FindingWord.word)))
    assert ("card" in words, {"printer", "smokes"} <= words) == (False, True)


@pytest.mark.parametrize(
    ("quoted", "left"),
    [
        ('"My card is lost". Call.', f'"{EMPTIED}". Call.'),
        ('"My card is...". Call.', f'"{EMPTIED}...". Call.'),
        ("reopened KT-1 (My card is lost).", f"reopened KT-1 ({EMPTIED})."),
        ("My card is lost", "My card is lost"),  # no quote
    ],
)
def test_a_text_that_waits_loses_a_subject_that_it_quotes_also_in_part(quoted: str, left: str) -> None:
    assert without_quote(quoted, "My  card is lost") == left
    assert without_quote(quoted, "") == quoted


def test_the_log_says_who_deleted_the_mail_and_why_and_not_what(written: Night) -> None:
    written.sue_does(deletes_mail(written))
    assert written.events(EventKind.MAIL_DELETED) == [(SUE, EventKind.MAIL_DELETED, "a number")]


def test_a_mail_of_an_open_callback_asks_for_a_confirmation(written: Night) -> None:
    act = deletes_mail(written, is_confirmed=False)
    assert written.refusal(act, written.at_console()) == wording.mail_is_needed(written.callback.reference)
    written.closes()
    written.sue_does(act)


def test_a_mail_is_not_deleted_without_a_reason_or_by_a_technician(written: Night) -> None:
    act = DeleteMessage(Part.MAIL, "", is_confirmed=True)
    assert written.refusal(act, written.at_console()) == wording.REASON_TO_DELETE
    assert written.refusal(deletes_mail(written), written.at_console(Role.TECHNICIAN)) == wording.NOT_ALLOWED


def test_a_mail_of_another_callback_is_not_deleted(written: Night) -> None:
    act = DeleteMessage(Part.MAIL, "a number", is_confirmed=True, mail_id=99)
    assert written.refusal(act, written.at_console()) == wording.NO_MAIL


def test_a_mail_is_deleted_once(written: Night) -> None:
    written.sue_does(deletes_mail(written))
    written.sue_does(deletes_mail(written))
    assert len(written.events(EventKind.MAIL_DELETED)) == 1
