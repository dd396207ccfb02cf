"""Who gets a receipt, once for each call, and who hears of an attempt in vain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackOrigin, CustomerMessageKind, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, CustomerMessage, JoinedContact, ReachAttempt, Voicemail
from callbacks.inbound import calls
from callbacks.paging.receipts import is_told, send_receipt, tell_of_attempt, tell_of_cancelling
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, CUSTOMER, DESK, PagingDesk, minutes


def written(desk: PagingDesk) -> list[CustomerMessage]:
    query = select(CustomerMessage).order_by(CustomerMessage.id)
    return desk.database.read(lambda session: list(session.scalars(query)))


def again(desk: PagingDesk, **changes: object) -> list[CustomerMessage]:
    """Send the receipt anew, with the call or the callback changed, and return what is written."""

    def work(session: Session, callback: Callback) -> None:
        session.execute(delete(CustomerMessage))
        for name, value in changes.items():
            setattr(callback.contact if hasattr(callback.contact, name) else callback, name, value)
        send_receipt(session, DESK, callback, callback.contact, BEGAN + minutes(1))

    desk.write(work)
    return written(desk)


def test_a_callback_that_opens_is_confirmed_once(desk: PagingDesk) -> None:
    (receipt,) = written(desk)
    assert (receipt.kind, receipt.address, receipt.occasion) == (CustomerMessageKind.RECEIPT, CUSTOMER, "CA0")
    assert "by 10:42 p.m." in receipt.words
    desk.write(lambda session, callback: send_receipt(session, DESK, callback, callback.contact, BEGAN + minutes(2)))
    assert len(written(desk)) == 1


def test_in_the_language_of_the_call(desk: PagingDesk) -> None:
    assert "merci de votre appel" in again(desk, language="fr")[0].words


@pytest.mark.parametrize(
    ("state", "sid", "has_message"),
    [
        (VoicemailState.RECORDED, "RE1", True),
        (VoicemailState.EXPECTED, "RE1", True),  # announced
        (VoicemailState.EXPECTED, None, False),
        (VoicemailState.ABSENT, None, False),
        (VoicemailState.ABSENT, "RE1", False),
        (VoicemailState.FAILED, "RE1", False),
    ],
)
def test_a_message_is_named_only_where_there_is_one(
    desk: PagingDesk, state: VoicemailState, sid: str | None, has_message: bool
) -> None:
    def work(session: Session, callback: Callback) -> None:
        session.add(Voicemail(call_sid=callback.contact_sid, state=state, recording_sid=sid))

    desk.write(work)
    words = again(desk)[0].words
    assert ("we got your message" in words) is has_message
    assert ("message" in words) is has_message
    assert "A technician will call you back by" in words


@pytest.mark.parametrize(
    "change",
    [
        {"attestation": "TN-Validation-Failed-C"},
        {"perhaps_robot": True},
        {"origin": CallbackOrigin.BY_HAND},
        {"caller": "anonymous"},
        {"caller": "+442079460000"},
        {"caller": "+15145550101"},  # Amy's
        {"began_at": BEGAN - timedelta(hours=3)},
    ],
)
def test_some_calls_get_none(desk: PagingDesk, change: dict[str, object]) -> None:
    assert again(desk) != []
    assert again(desk, **change) == []


def test_a_time_that_is_over_is_not_promised(desk: PagingDesk) -> None:
    assert "as soon as possible" in again(desk, due_at=BEGAN)[0].words


def test_a_call_that_joined_is_confirmed_too(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> None:
        arrival = calls.Arrival(
            "CA7", "direct", CUSTOMER, "fr", False, "outside support hours", "TN-Validation-Passed-A"
        )
        call = calls.record_call(session, arrival, BEGAN + minutes(3))
        call.beep_at = BEGAN + minutes(3)
        session.add(JoinedContact(contact_sid="CA7", callback_id=callback.id, joined_at=BEGAN + minutes(3)))
        call.voicemail = Voicemail(state=VoicemailState.EXPECTED, recording_sid="RE7")
        for _ in range(2):
            send_receipt(session, DESK, callback, call, BEGAN + minutes(3))

    desk.write(work)
    words = written(desk)[1].words
    assert words.startswith(f"Support desk: nous avons ajouté votre message au dossier {desk.callback.reference}.")
    assert len(written(desk)) == 2


def attempt(outcome: ReachOutcome, at: float, *, is_told: bool = False) -> ReachAttempt:
    return ReachAttempt(id=1, tried_at=BEGAN + minutes(at), outcome=outcome, is_told=is_told)


@pytest.mark.parametrize(
    ("outcome", "by_word", "expected"),
    [
        (ReachOutcome.NO_ANSWER, False, True),
        (ReachOutcome.BUSY, False, True),
        (ReachOutcome.LEFT_A_MESSAGE, True, True),
        (ReachOutcome.NO_ANSWER, True, True),
        (ReachOutcome.MACHINE, False, False),
        (ReachOutcome.NOT_CONNECTED, False, False),
        (ReachOutcome.RINGING, False, False),
        (ReachOutcome.REACHED, False, False),
        (ReachOutcome.CONTINUING, True, False),
        (ReachOutcome.WRONG_NUMBER, True, False),
        (ReachOutcome.NOBODY_TO_CALL, True, False),
    ],
)
def test_only_what_is_certain_not_to_have_reached_them(outcome: ReachOutcome, by_word: bool, expected: bool) -> None:
    assert is_told(attempt(outcome, 5, is_told=by_word), BEGAN, BEGAN + minutes(6)) is expected


def test_not_when_they_were_heard_from_since_or_it_is_long_ago() -> None:
    in_vain = attempt(ReachOutcome.NO_ANSWER, 5)
    assert not is_told(in_vain, BEGAN + minutes(5), BEGAN + minutes(6))
    assert not is_told(in_vain, BEGAN, BEGAN + minutes(25))


def tried(desk: PagingDesk, **changes: object) -> list[CustomerMessage]:
    """Return what is written after two attempts in vain, with the call or the callback changed."""

    def work(session: Session, callback: Callback) -> None:
        for name, value in changes.items():
            setattr(callback.contact if hasattr(callback.contact, name) else callback, name, value)
        amy = technician_named(session, "Amy Roy")
        tries = [
            ReachAttempt(callback_id=callback.id, technician=amy, tried_at=BEGAN + minutes(at), outcome=outcome)
            for at, outcome in ((4, ReachOutcome.NO_ANSWER), (5, ReachOutcome.BUSY))
        ]
        for row in tries:
            row.told_by, row.is_told = "text", True
        session.add_all(tries)
        session.flush()
        for _ in range(2):
            tell_of_attempt(session, DESK, callback, tries, BEGAN, BEGAN + minutes(6))

    desk.write(work)
    return written(desk)


def test_only_the_last_attempt_is_told_and_once(desk: PagingDesk) -> None:
    messages = tried(desk)
    assert [message.kind.value for message in messages] == ["receipt", "tried"]
    assert "at 10:17 p.m." in messages[1].words


@pytest.mark.parametrize("change", [{"attestation": "TN-Validation-Failed-C"}, {"perhaps_robot": True}])
def test_a_number_that_perhaps_did_not_call_hears_of_no_attempt(desk: PagingDesk, change: dict[str, object]) -> None:
    assert [message.kind.value for message in tried(desk, **change)] == ["receipt"]


def test_only_who_asked_for_no_call_hears_that_it_was_cancelled(desk: PagingDesk) -> None:
    desk.write(lambda session, callback: tell_of_cancelling(session, DESK, callback, BEGAN))
    assert len(written(desk)) == 1

    def asks(session: Session, callback: Callback) -> None:
        callback.cancel_asked_at = BEGAN
        tell_of_cancelling(session, DESK, callback, BEGAN)

    desk.write(asks)
    assert ", as you asked" in written(desk)[1].words
