"""What the carrier reports on a customer's call, in any order and more than once."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.db.states import CallOutcome, PageKind, VoicemailState
from callbacks.db.tables import Call, Callback, Page, Voicemail
from tests.ivr.webhook_client import CALL, CUSTOMER, DIRECT, SATURDAY_NIGHT, WebhookClient

RECORDING = {"RecordingSid": "RE" + "5" * 32, "RecordingStatus": "completed", "RecordingDuration": "8"}
REPORTS = [("/voice/recording", RECORDING), ("/voice/status", {"CallStatus": "completed"})]


def voicemail(client: WebhookClient) -> Voicemail:
    return client.database.read(lambda session: session.scalars(select(Voicemail)).one())


@pytest.mark.parametrize("order", list(itertools.permutations(REPORTS)))
def test_in_any_order_the_end_is_the_same(client: WebhookClient, order: tuple[tuple[str, dict[str, str]], ...]) -> None:
    client.calls(DIRECT)
    client.document("/voice/beep?lang=en", CallSid=CALL, To=DIRECT, From=CUSTOMER)
    for path, fields in (*order, *order):
        assert client.posts(path, fields, CallSid=CALL).status_code == 204
    assert client.count(Callback) == 1
    assert (voicemail(client).state, voicemail(client).seconds) == (VoicemailState.RECORDED, 8)


@pytest.mark.parametrize("status", ["ringing", "in-progress", "teleported", ""])
def test_a_call_that_is_not_over_does_not_end(client: WebhookClient, status: str) -> None:
    client.calls(DIRECT)
    assert client.posts("/voice/status", CallSid=CALL, CallStatus=status).status_code == 204
    assert client.database.read(lambda session: session.get_one(Call, CALL)).ended_at is None


def test_an_unknown_state_of_a_recording_changes_nothing(client: WebhookClient) -> None:
    client.calls(DIRECT)
    assert client.posts("/voice/recording", CallSid=CALL, RecordingStatus="in-progress").status_code == 204
    assert client.count(Voicemail) == 0


def test_without_a_database_a_report_is_refused_for_now(client_without_database: WebhookClient) -> None:
    for path, fields in REPORTS:
        assert client_without_database.posts(path, fields, CallSid=CALL).status_code == 503


def test_the_end_is_when_the_carrier_says_and_never_before_the_beginning(client: WebhookClient) -> None:
    client.calls(DIRECT)
    client.calls(DIRECT, sid="CA" + "2" * 32)
    client.clock.pass_time(timedelta(minutes=5))
    client.posts("/voice/status", CallSid=CALL, CallStatus="completed", Timestamp="Sun, 29 Nov 2026 03:12:41 +0000")
    client.posts(
        "/voice/status", CallSid="CA" + "2" * 32, CallStatus="completed", Timestamp="Thu, 01 Jan 1970 00:00:00 +0000"
    )
    ended = client.database.read(lambda session: {call.sid: call.ended_at for call in session.scalars(select(Call))})
    assert ended == {
        CALL: SATURDAY_NIGHT + timedelta(seconds=41),
        "CA" + "2" * 32: SATURDAY_NIGHT + timedelta(minutes=5),
    }


def test_a_recording_of_an_unknown_call_is_left_to_reconciliation(client: WebhookClient) -> None:
    """The URL that an earlier release handed out has nothing about the call."""
    assert client.posts("/voice/recording", RECORDING, CallSid=CALL).status_code == 204
    assert (client.count(Call), client.count(Voicemail)) == (0, 0)


@pytest.mark.parametrize(("caller", "owed"), [(CUSTOMER, 1), ("+442071838750", 1), ("ANONYMOUS", 0), ("", 0)])
def test_without_number_and_message_nobody_is_paged(client: WebhookClient, caller: str, owed: int) -> None:
    client.goes_on(client.calls(DIRECT, from_=caller), from_=caller)
    client.clock.pass_time(timedelta(minutes=2))  # the prompts are long over
    client.posts("/voice/status", CallSid=CALL, CallStatus="completed")
    steps = select(Page).where(Page.kind == PageKind.STEP)
    assert len(client.database.read(lambda session: session.scalars(steps).all())) == owed
    call = client.database.read(lambda session: session.get_one(Call, CALL))
    is_asked_for_a_number = not owed  # and hears the promise after it
    assert call.outcome is (CallOutcome.HUNG_UP_BEFORE_THE_BEEP if is_asked_for_a_number else CallOutcome.PROMISED)


HEARD = {"RecordingSid": "RE" + "5" * 32, "TranscriptionText": "The boiler leaks", "TranscriptionStatus": "completed"}


def test_what_the_carrier_heard_is_stored_only_where_the_desk_asks_for_it(client: WebhookClient) -> None:
    client.calls(DIRECT)
    client.posts("/voice/recording", RECORDING, CallSid=CALL)
    assert client.posts("/voice/transcription", HEARD, CallSid=CALL).status_code == 204
    assert voicemail(client).transcript == ""  # this desk has its own model
