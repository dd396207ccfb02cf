"""The fallback URL takes a message on its own, whatever has failed."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import CallOutcome, Urgency, VoicemailState
from callbacks.db.tables import Call, Callback, Event, Technician, Voicemail
from callbacks.inbound import calls, live_calls
from tests.ivr.webhook_client import (
    CALL,
    CUSTOMER,
    DIRECT,
    PUBLIC,
    SATURDAY_NIGHT,
    TOLL_FREE,
    TUESDAY_MORNING,
    WebhookClient,
    said,
)

RECORDING = {"RecordingSid": "RE" + "5" * 32, "RecordingStatus": "completed", "RecordingDuration": "8"}
ENGLISH, FRENCH = "We are sorry, something went wrong", "Nous sommes désolés, un problème est survenu"


def fails(client: WebhookClient, path: str = "/voice/incoming", to: str = DIRECT, code: str = "11200") -> Element:
    """One of our webhooks has failed in a call, and the carrier asks the fallback URL."""
    about = {"CallSid": CALL, "To": to, "From": CUSTOMER, "CallStatus": "in-progress"}
    return client.document("/voice/fallback", **about, ErrorCode=code, ErrorUrl=f"{PUBLIC}{path}")


def record_of(document: Element) -> Element:
    record = document.find("Record")
    assert record is not None
    return record


@pytest.mark.parametrize("line", [DIRECT, TOLL_FREE, "+33123456789", ""])
def test_it_apologizes_and_records_on_every_line(client: WebhookClient, line: str) -> None:
    document = fails(client, to=line)
    assert [verb.tag for verb in document] == ["Say"] * 6 + ["Record", "Say", "Hangup"]
    assert said(document).index(ENGLISH) < said(document).index(FRENCH)
    assert "Your message will be recorded" in said(document)


@pytest.mark.parametrize(("language", "heard", "not_heard"), [("en", ENGLISH, FRENCH), ("fr", FRENCH, ENGLISH)])
def test_it_speaks_the_language_of_the_call(client: WebhookClient, language: str, heard: str, not_heard: str) -> None:
    document = fails(client, f"/voice/beep?lang={language}")
    assert heard in said(document)
    assert not_heard not in said(document)
    assert f"lang={language}" in record_of(document).attrib["action"]


def test_what_the_caller_chose_before_is_kept(client: WebhookClient) -> None:
    record = record_of(fails(client, "/voice/beep?lang=en&urgency=down"))
    assert "urgency=down" in record.attrib["recordingStatusCallback"]
    assert client.database.read(lambda session: session.get_one(Call, CALL)).urgency is Urgency.DOWN


def test_the_message_opens_the_callback(client: WebhookClient) -> None:
    record = record_of(fails(client))
    about = {"CallSid": CALL, "To": DIRECT, "From": CUSTOMER}
    thanks = client.document(record.attrib["action"], **about, RecordingDuration="9", RecordingSid="RE" + "5" * 32)
    assert "Your reference is" in said(thanks)
    assert client.posts(record.attrib["recordingStatusCallback"], RECORDING, CallSid=CALL).status_code == 204
    assert (client.count(Call), client.count(Callback)) == (1, 1)


def test_whoever_hangs_up_on_it_is_owed_a_callback(client: WebhookClient) -> None:
    fails(client)
    client.posts("/voice/status", CallSid=CALL, CallStatus="completed")
    assert client.count(Callback) == 1


def test_asked_again_it_answers_the_same_and_changes_nothing(client: WebhookClient) -> None:
    first, events = said(fails(client)), client.count(Event)
    assert (said(fails(client)), client.count(Event)) == (first, events)


def test_after_a_conversation_only_a_message_opens_a_callback(client: WebhookClient) -> None:
    client.clock.move_to(TUESDAY_MORNING)
    client.calls(DIRECT)

    def amy_takes_it(session: Session) -> None:
        amy = session.scalars(select(Technician)).one()
        live_calls.ring(session, CALL, (amy.id,), TUESDAY_MORNING)
        session.flush()
        assert live_calls.record_answer(session, CALL, amy, TUESDAY_MORNING)

    client.database.write(amy_takes_it)
    assert "leave a message" in said(fails(client, "/voice/wait?tries=2&lang=en"))
    client.posts("/voice/status", CallSid=CALL, CallStatus="completed")
    call = client.database.read(lambda session: session.get_one(Call, CALL))
    assert (call.outcome, client.count(Callback)) == (CallOutcome.ANSWERED, 0)


def test_who_has_left_a_message_hears_goodbye(client: WebhookClient) -> None:
    document = fails(client, "/voice/recorded?lang=fr")
    assert [verb.tag for verb in document] == ["Say", "Hangup"]
    assert "Au revoir" in said(document)


def test_without_a_database_it_takes_the_message_all_the_same(
    client_without_database: WebhookClient, client: WebhookClient
) -> None:
    """The database comes back, and the report on the recording is the first that is stored of this call."""
    record = record_of(fails(client_without_database, to=TOLL_FREE))
    assert (
        client_without_database.posts(record.attrib["recordingStatusCallback"], RECORDING, CallSid=CALL).status_code
        == 503
    )
    assert client.posts(record.attrib["recordingStatusCallback"], RECORDING, CallSid=CALL).status_code == 204
    call = client.database.read(lambda session: session.get_one(Call, CALL))
    assert (call.line, call.caller, call.customer_number) == ("toll-free", CUSTOMER, CUSTOMER)
    voicemail = client.database.read(lambda session: session.scalars(select(Voicemail)).one())
    assert (voicemail.state, voicemail.seconds) == (VoicemailState.RECORDED, 8)
    callback = client.database.read(lambda session: session.scalars(select(Callback)).one())
    assert callback.due_at < SATURDAY_NIGHT + client.desk.callback.promise  # the message took eight seconds


def test_when_storing_fails_it_takes_the_message_all_the_same(
    client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(calls, "record_fallback")
    assert ENGLISH in said(fails(client))


def test_without_a_callsid_it_takes_the_message_all_the_same(client: WebhookClient) -> None:
    document = client.document("/voice/fallback", To=DIRECT)
    record_of(document)
    assert client.count(Call) == 0
