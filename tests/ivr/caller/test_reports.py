"""What the carrier reports on a customer's call, in any order and more than once."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from callbacks.db.states import VoicemailState
from callbacks.db.tables import Call, Callback, Voicemail
from tests.ivr.webhook_client import CALL, CUSTOMER, DIRECT, WebhookClient

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
