"""Every webhook of the app: its path, its signature, and the URLs that it hands out."""

from __future__ import annotations

import pytest

from callbacks.db.tables import Call, ReceivedText
from ivr.twilio import webhook
from ivr.twilio.call_urls import VoicePath
from tests.callbacks.console.route_lists import SIGNED_BY_TWILIO
from tests.ivr.webhook_client import ACCOUNT, AMY, CALL, CUSTOMER, DIRECT, NEXT_TOKEN, TOLL_FREE, WebhookClient

WELL_FORMED = "A" * 27 + "="


def test_these_are_all_the_webhooks(client: WebhookClient) -> None:
    rules = {rule.rule for rule in client.client.application.url_map.iter_rules()} - {"/static/<path:filename>"}
    assert rules == SIGNED_BY_TWILIO


def test_an_unsigned_or_forged_request_gets_403_and_writes_nothing(client: WebhookClient) -> None:
    for path in sorted(SIGNED_BY_TWILIO):
        refused_before = webhook.REFUSED.labels(path)._value.get()
        for headers in ({}, {"X-Twilio-Signature": WELL_FORMED}, {"X-Twilio-Signature": ""}):
            fields = {
                "AccountSid": ACCOUNT,
                "CallSid": CALL,
                "MessageSid": "SM" + "1" * 32,
                "To": DIRECT,
                "From": AMY,
                "Body": "583112",
            }
            assert client.client.post(path, data=fields, headers=headers).status_code == 403
        assert webhook.REFUSED.labels(path)._value.get() == refused_before + 3
    assert (client.count(Call), client.count(ReceivedText)) == (0, 0)


def test_every_path_in_twiml_is_a_webhook() -> None:
    assert {f"/voice/{path.value}" for path in VoicePath} <= SIGNED_BY_TWILIO


def test_get_changes_nothing(client: WebhookClient) -> None:
    assert client.client.get("/voice/incoming").status_code in (403, 405)
    assert client.count(Call) == 0


def test_the_second_token_signs_too(client: WebhookClient) -> None:
    assert client.posts("/voice/incoming", CallSid=CALL, To=DIRECT, From="+1", token=NEXT_TOKEN).status_code == 200


def test_every_url_in_twiml_is_absolute(client: WebhookClient) -> None:
    for document in (client.calls(TOLL_FREE), client.calls(DIRECT, sid="CA" + "2" * 32)):
        for element in document.iter():
            for name in ("action", "url", "recordingStatusCallback"):
                assert element.get(name, "https://").startswith("https://")
            if element.tag == "Redirect":
                assert (element.text or "").startswith("https://desk.example.com/")


def test_a_body_that_is_too_large_is_refused_at_once(client: WebhookClient) -> None:
    for signature, status in (("", 403), (WELL_FORMED, 413)):
        headers = {"X-Twilio-Signature": signature}
        answer = client.client.post("/voice/incoming", data={"From": "x" * 65_536}, headers=headers)
        assert answer.status_code == status


def test_bytes_that_are_not_utf8_are_refused(client: WebhookClient) -> None:
    answer = client.client.post(
        "/voice/incoming", data=f"AccountSid={ACCOUNT}&CallSid=CA1&From=%ff%fe".encode(),
        headers={"X-Twilio-Signature": WELL_FORMED}, content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 403


@pytest.mark.parametrize("sid", ["", "CA", "CA'; DROP TABLE calls", "CA" + "1" * 500, "../../etc"])
def test_without_a_callsid_the_caller_still_hears_something(client: WebhookClient, sid: str) -> None:
    for path in ("/voice/incoming", "/voice/beep", "/voice/recorded", "/voice/page?page=1"):
        answer = client.posts(path, CallSid=sid, To=DIRECT, From=CUSTOMER)
        assert answer.status_code == 200
        assert "<Response" in answer.text
    assert client.count(Call) == 0
