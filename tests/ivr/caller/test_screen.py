"""The question before a live call: only key 1 connects the two, and the log names who took the call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.db.states import CallOutcome
from callbacks.db.tables import Call
from tests.ivr.webhook_client import CALL, DIRECT, TUESDAY_MORNING, WebhookClient, said

LEG, OTHER_CALL = "CA" + "3" * 32, "CA" + "4" * 32


def screen(client: WebhookClient) -> str:
    """Call in support hours, and return the URL of what Amy hears."""
    client.clock.move_to(TUESDAY_MORNING)
    number = client.calls(DIRECT).find("Dial/Number")
    assert number is not None
    return number.attrib["url"]


def call(client: WebhookClient) -> Call:
    return client.database.read(lambda session: session.get_one(Call, CALL))


def test_key_1_takes_the_call(client: WebhookClient) -> None:
    gather = client.document(screen(client), CallSid=LEG).find("Gather")
    assert gather is not None
    assert len(client.document(gather.attrib["action"], CallSid=LEG, Digits="1")) == 0  # the two are connected
    assert call(client).outcome is CallOutcome.ANSWERED
    assert call(client).accepted_by_id == 1


@pytest.mark.parametrize("key", ["", "2", "11"])
def test_anything_else_hangs_up(client: WebhookClient, key: str) -> None:
    gather = client.document(screen(client), CallSid=LEG).find("Gather")
    assert gather is not None
    document = client.document(gather.attrib["action"], CallSid=LEG, Digits=key)
    assert [verb.tag for verb in document] == ["Hangup"]
    assert call(client).accepted_by_id is None


@pytest.mark.parametrize(("parent", "is_taken"), [(CALL, True), ("", True), (OTHER_CALL, False)])
def test_a_key_of_another_call_takes_nothing(client: WebhookClient, parent: str, is_taken: bool) -> None:
    gather = client.document(screen(client), CallSid=LEG).find("Gather")
    assert gather is not None
    client.document(gather.attrib["action"], CallSid=LEG, ParentCallSid=parent, Digits="1")
    assert (call(client).accepted_by_id is not None) is is_taken


def test_silence_hangs_up(client: WebhookClient) -> None:
    assert [verb.tag for verb in client.document(screen(client), CallSid=LEG)] == ["Gather", "Hangup"]


def test_a_withheld_number_is_named_as_one(client: WebhookClient) -> None:
    heard = said(client.document("/voice/screen?line=direct&caller=&lang=fr", CallSid=LEG))
    assert "Appel de soutien, ligne directe, depuis un numéro masqué." in heard


def test_without_a_database_the_two_are_connected_all_the_same(client_without_database: WebhookClient) -> None:
    path = f"/voice/screen/key?call={CALL}&technician=1"
    assert len(client_without_database.document(path, CallSid=LEG, Digits="1")) == 0


def test_a_key_after_the_call_has_ended_changes_nothing(client: WebhookClient) -> None:
    gather = client.document(screen(client), CallSid=LEG).find("Gather")
    assert gather is not None
    client.clock.pass_time(timedelta(seconds=30))
    client.posts("/voice/status", CallSid=CALL, CallStatus="completed")
    document = client.document(gather.attrib["action"], CallSid=LEG, Digits="1")
    assert [verb.tag for verb in document] == ["Say", "Hangup"]
    assert "The caller is no longer waiting" in said(document)
    assert (call(client).outcome, call(client).accepted_by_id) == (CallOutcome.MISSED, None)
