"""Incoming texts, as signed requests."""

from __future__ import annotations

import pytest

from callbacks.db.tables import ReceivedText
from callbacks.inbound import texts
from tests.ivr.webhook_client import AMY, WebhookClient


def test_a_text_is_answered_once(client: WebhookClient) -> None:
    answers = {
        client.posts("/sms/incoming", MessageSid="SM" + "1" * 32, From=AMY, Body="who 9999").text for _ in range(2)
    }
    assert len(answers) == 1
    assert "<Message>" in answers.pop()
    assert client.count(ReceivedText) == 1


@pytest.mark.parametrize(
    "fields", [{"From": AMY}, {"MessageSid": "SM" + "1" * 32}, {"MessageSid": "CA" + "1" * 32, "From": AMY}]
)
def test_a_text_without_a_sid_or_a_sender_gets_no_answer(client: WebhookClient, fields: dict[str, str]) -> None:
    assert "<Message>" not in client.posts("/sms/incoming", fields, Body="583112").text
    assert client.count(ReceivedText) == 0


def test_without_a_database_the_sender_is_asked_to_send_it_again(client_without_database: WebhookClient) -> None:
    answer = client_without_database.posts("/sms/incoming", MessageSid="SM" + "1" * 32, From=AMY, Body="583112")
    assert "send it again" in answer.text


def test_after_an_error_the_sender_is_asked_to_send_it_again(
    client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(texts, "technician_with")
    answer = client.posts("/sms/incoming", MessageSid="SM" + "1" * 32, From=AMY, Body="583112")
    assert answer.status_code == 200
    assert "send it again" in answer.text
