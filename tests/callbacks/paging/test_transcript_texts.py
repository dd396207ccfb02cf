"""The transcript follows by text, once, to whoever needs it, unless somebody has heard the message."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import AudioState, PageKind, PageState, TranscribedBy, Urgency, VoicemailState
from callbacks.db.tables import Callback, Page, Voicemail
from callbacks.lifecycle.transitions import Change, change_state, set_owner
from callbacks.paging.transcript_texts import is_still_wanted, text_transcript
from callbacks.people.technicians import technician_named
from callbacks.records import audit_log
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

WORDS = "Our email is down."


def is_written_down(desk: PagingDesk, words: str = WORDS) -> None:
    def work(session: Session, callback: Callback) -> None:
        voicemail = session.scalars(select(Voicemail)).first()
        if voicemail is None:
            voicemail = Voicemail(call_sid=callback.contact_sid, state=VoicemailState.RECORDED)
            session.add(voicemail)
        voicemail.audio, voicemail.transcript, voicemail.gist = AudioState.COPIED, words, words[:100]
        voicemail.guessed_urgency, voicemail.transcribed_by = Urgency.DOWN, TranscribedBy.MACHINE
        session.flush()
        text_transcript(session, DESK, callback, voicemail, BEGAN + minutes(8))

    desk.write(work)


def amy_and_ben_are_paged(desk: PagingDesk) -> None:
    for after in (3, 6):
        desk.takes_step(after)
    for page in desk.pages():
        desk.is_sent(page.id)


def test_everybody_who_was_paged_reads_it_once(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    is_written_down(desk)
    is_written_down(desk)
    assert desk.paged(PageKind.TRANSCRIPT) == ["Amy Roy text", "Ben Cole text"]
    (text, _) = desk.pages(PageKind.TRANSCRIPT)
    assert f'"{WORDS}" Perhaps everything is down. Written down by a machine' in text.words


def test_nobody_is_texted_before_they_are_paged(desk: PagingDesk) -> None:
    is_written_down(desk)
    assert desk.paged(PageKind.TRANSCRIPT) == []


def test_the_owner_alone_reads_it(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    desk.write(lambda s, callback: set_owner(s, callback, technician_named(s, "Ben Cole"), BEGAN + minutes(7)))
    is_written_down(desk)
    assert desk.paged(PageKind.TRANSCRIPT) == ["Ben Cole text"]


def test_a_message_that_was_heard_or_a_callback_that_is_over_texts_nobody(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    desk.write(lambda s, callback: change_state(callback, Change.CANCEL, BEGAN))
    is_written_down(desk)
    desk.write(lambda s, callback: change_state(callback, Change.REOPEN, BEGAN))
    desk.write(lambda s, callback: audit_log.note_listener(s, callback.contact_sid, "Amy Roy", BEGAN))
    is_written_down(desk)
    assert desk.paged(PageKind.TRANSCRIPT) == []


def test_a_message_without_words_texts_nobody(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    is_written_down(desk, "")
    assert desk.paged(PageKind.TRANSCRIPT) == []


@pytest.mark.parametrize("happens", ["nothing", "heard", "over", "deleted"])
def test_what_is_no_news_any_more_is_not_sent(desk: PagingDesk, happens: str) -> None:
    amy_and_ben_are_paged(desk)
    is_written_down(desk)

    def work(session: Session, callback: Callback) -> bool:
        if happens == "heard":
            audit_log.note_listener(session, callback.contact_sid, "Amy Roy", BEGAN)
        if happens == "over":
            change_state(callback, Change.CANCEL, BEGAN)
        if happens == "deleted":
            session.scalars(select(Voicemail)).one().audio = AudioState.DELETING
        session.flush()
        page = session.scalars(select(Page).where(Page.kind == PageKind.TRANSCRIPT)).first()
        assert page is not None
        assert page.state is PageState.DUE
        return is_still_wanted(session, page)

    assert desk.write(work) is (happens == "nothing")
