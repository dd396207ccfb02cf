"""A supervisor deletes a message at once, with a reason, and it is gone wherever its words stood."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callbacks.acts import wording
from callbacks.acts.deletion import DeleteMessage, Part
from callbacks.acts.details import WriteTranscript
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AudioState, Channel, PageKind, PageState, Role, TranscribedBy, VoicemailState
from callbacks.db.tables import Page, Voicemail
from callbacks.records import audit_log
from callbacks.records.emptying import EMPTIED
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
