"""What texts say of a callback: the customer, the deadline and the message, as they are now."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callbacks.db.states import AudioState, CallbackOrigin, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.paging.messages import LOST_MESSAGE, MISSED_CALL, NO_MESSAGE, Message
from callbacks.paging.subject import subject_of, subject_with_customer
from callbacks.text.bilingual import Words
from tests.callbacks.customers.known import add, call
from tests.callbacks.paging.paging_desk import BEGAN, CUSTOMER, DESK, PagingDesk, minutes


def test_it_holds_what_texts_need(desk: PagingDesk) -> None:
    subject = desk.write(lambda _, callback: subject_of(DESK, callback))
    assert (subject.reference, subject.line) == (desk.callback.reference, Words("direct line", "ligne directe"))
    assert (subject.caller, subject.customer_number) == (CUSTOMER, CUSTOMER)
    assert (subject.due_at, subject.sender) == (BEGAN + minutes(30), DESK.company.sender)
    assert not subject.is_tried


def test_an_attempt_shows(desk: PagingDesk) -> None:
    desk.write(lambda _, callback: setattr(callback, "attempted_at", BEGAN))
    assert desk.write(lambda _, callback: subject_of(DESK, callback)).is_tried


@pytest.mark.parametrize(
    ("state", "audio", "seconds", "sid", "expected"),
    [
        (VoicemailState.EXPECTED, AudioState.NONE, None, None, Message(None)),
        (VoicemailState.EXPECTED, AudioState.NONE, None, "RE1", Message(True)),
        (VoicemailState.RECORDED, AudioState.COPIED, 8, "RE1", Message(True, 8)),
        (VoicemailState.ABSENT, AudioState.NONE, None, "RE1", NO_MESSAGE),
        (VoicemailState.RECORDED, AudioState.LOST, 8, "RE1", LOST_MESSAGE),
    ],
)
def test_the_message_is_as_far_as_it_is_known(
    desk: PagingDesk,
    state: VoicemailState,
    audio: AudioState,
    seconds: int | None,
    sid: str | None,
    expected: Message,
) -> None:
    def work(session: Session, callback: Callback) -> Message:
        session.add(
            Voicemail(call_sid=callback.contact_sid, state=state, audio=audio, seconds=seconds, recording_sid=sid)
        )
        session.flush()
        session.refresh(callback.contact)
        return subject_of(DESK, callback).message

    assert desk.write(work) == expected


def test_without_a_voicemail_there_is_no_message(desk: PagingDesk) -> None:
    assert desk.write(lambda _, callback: subject_of(DESK, callback)).message == NO_MESSAGE


def test_a_missed_call_is_named_as_one(desk: PagingDesk) -> None:
    desk.write(lambda _, callback: setattr(callback, "origin", CallbackOrigin.MISSED_CALL))
    assert desk.write(lambda _, callback: subject_of(DESK, callback)).message == MISSED_CALL


def test_the_customer_and_their_calls_this_week_are_in_it_where_they_are_asked_for(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> list[tuple[Words, int]]:
        unknown = subject_with_customer(session, DESK, callback, BEGAN)
        add(session)
        call(session, "CA8", CUSTOMER, BEGAN - minutes(60))
        call(session, "CA9", CUSTOMER, BEGAN - 8 * minutes(24 * 60))
        known = [subject_with_customer(session, DESK, callback, BEGAN), subject_of(DESK, callback)]
        callback.contact.attestation = "TN-Validation-Failed-C"
        forged = subject_with_customer(session, DESK, callback, BEGAN)
        return [(each.customer, each.calls_this_week) for each in (unknown, *known, forged)]

    nobody = (Words("", ""), 0)
    jane = Words("Acme, Jane Roy", "Acme, Jane Roy")
    probably = Words("probably Acme, Jane Roy", "probablement Acme, Jane Roy")
    assert desk.write(work) == [nobody, (jane, 2), nobody, (probably, 2)]
