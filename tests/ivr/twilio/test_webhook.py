"""What a webhook reads from its request, and how it answers."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import IO, Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ivr.twilio import webhook
from ivr.twilio.refusals import Refusal
from ivr.twilio.verbs import Hangup
from tests.ivr.twilio.signing import sign
from tests.ivr.webhook_client import ACCOUNT, CALL, PUBLIC, WebhookClient

TEXT = "SM" + "2" * 32

app = Flask("requests")
Read = Callable[..., object]


@pytest.fixture
def read() -> Read:
    """Read something from a request with these fields, or with this query."""

    def reader(what: Callable[[], object], query: str = "", **fields: str) -> object:
        with app.test_request_context(f"/?{query}", method="POST", data=fields):
            return what()

    return reader


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("  Amy ", "Amy"),
        ("a\x00b", "ab"),
        ("x" * 5000, "x" * 2000),
        ("", ""),
    ],
)
def test_a_field_is_short_and_storable(read: Read, sent: str, found: str) -> None:
    assert read(lambda: webhook.field("Name"), Name=sent) == found
    assert read(lambda: webhook.field("Absent"), Name=sent) == ""


@pytest.mark.parametrize(
    ("sent", "found"), [("41", 41), ("", None), ("x", None), ("-1", None), ("²", None), ("9" * 9, None)]
)
def test_a_whole_number_or_none(read: Read, sent: str, found: int | None) -> None:
    assert read(lambda: webhook.whole_number("Seconds"), Seconds=sent) == found


@pytest.mark.parametrize(("sent", "found"), [("7", 7), ("", 0), ("-7", 0), ("9" * 10, 0), ("１", 0)])
def test_a_number_in_the_query_or_0(read: Read, sent: str, found: int) -> None:
    assert read(lambda: webhook.number_in_query("page"), query=f"page={sent}") == found


@pytest.mark.parametrize(("sent", "found"), [("fr", "fr"), ("en", "en"), ("de", "en"), ("", "en")])
def test_the_language_in_the_query(read: Read, sent: str, found: str) -> None:
    assert read(webhook.language_in_query, query=f"lang={sent}") == found


@pytest.mark.parametrize(("sent", "found"), [("1", "1"), ("*", "*"), ("#", "#"), ("12", "?"), ("１", "?"), ("", "")])
def test_the_key_that_was_pressed(read: Read, sent: str, found: str) -> None:
    assert read(webhook.pressed_key, Digits=sent) == found


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (CALL, CALL),
        ("CA", None),
        ("SM" + CALL[2:], None),
        (CALL + "1", None),
        (CALL[:-1], None),
        ("CA../x", None),
        (CALL + " ", None),
        (CALL + "\n", None),
        ("CA" + "A" * 32, None),
        (CALL + "CallStatusringing", None),
    ],
)
def test_the_sid_of_a_call(read: Read, sent: str, found: str | None) -> None:
    assert read(webhook.call_sid, CallSid=sent) == found


@pytest.mark.parametrize(
    ("sent", "found"), [(TEXT, TEXT), ("MM" + TEXT[2:], "MM" + TEXT[2:]), (CALL, None), (TEXT + "0", None), ("", None)]
)
def test_the_sid_of_a_text(read: Read, sent: str, found: str | None) -> None:
    assert read(webhook.message_sid, MessageSid=sent) == found


# What is refused

WELL_FORMED = "A" * 27 + "="


def post(client: WebhookClient, data: bytes, signature: str = WELL_FORMED, kind: str = webhook.FORM) -> int:
    headers = {"X-Twilio-Signature": signature}
    return client.client.post("/voice/status", data=data, headers=headers, content_type=kind).status_code


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the bodies whose fields were parsed."""
    bodies, parse = list[bytes](), FormDataParser.parse

    def parse_and_note(self: FormDataParser, stream: IO[bytes], *more: Any, **options: Any) -> Any:
        bodies.append(stream.read())
        return parse(self, io.BytesIO(bodies[-1]), *more, **options)

    monkeypatch.setattr(FormDataParser, "parse", parse_and_note)
    return bodies


OURS = f"AccountSid={ACCOUNT}".encode()


@pytest.mark.parametrize(
    ("data", "signature", "kind", "status"),
    [
        (OURS, "", webhook.FORM, 403),
        (OURS, "forged", webhook.FORM, 403),
        (OURS, "A" * 28, webhook.FORM, 403),
        (OURS, "é" * 27 + "=", webhook.FORM, 403),
        (OURS + b"&Body=" + b"x" * 65_536, WELL_FORMED, webhook.FORM, 413),
        (OURS, WELL_FORMED, "application/json", 415),
        (OURS, WELL_FORMED, "multipart/form-data; boundary=x", 415),
        (OURS, WELL_FORMED, "", 415),
        (OURS + b"&a=1" * 200, WELL_FORMED, webhook.FORM, 403),
        (b"", WELL_FORMED, webhook.FORM, 403),
        (b"AccountSid=AC" + b"1" * 32, WELL_FORMED, webhook.FORM, 403),
        (b"X" + OURS, WELL_FORMED, webhook.FORM, 403),
    ],
)
def test_what_cannot_be_from_the_carrier_is_refused_before_its_fields_are_parsed(
    client: WebhookClient, parsed: list[bytes], data: bytes, signature: str, kind: str, status: int
) -> None:
    assert post(client, data, signature, kind) == status
    assert parsed == []


def test_the_fields_of_a_form_that_may_be_genuine_are_parsed(client: WebhookClient, parsed: list[bytes]) -> None:
    assert post(client, OURS, kind=f"{webhook.FORM}; charset=utf-8") == 403
    assert parsed == [OURS]


def test_a_request_without_a_length_is_refused(client: WebhookClient) -> None:
    headers = Headers({"X-Twilio-Signature": WELL_FORMED})
    builder = EnvironBuilder(path="/voice/status", method="POST", headers=headers, content_type=webhook.FORM)
    environ = builder.get_environ()
    del environ["CONTENT_LENGTH"]
    assert run_wsgi_app(client.client.application, environ)[1] == "411 LENGTH REQUIRED"


@pytest.mark.parametrize(
    "more",
    [
        {"Body one": "1"},
        {"": "1"},
        {"9": "1"},
        {"BodyACK 123456From": "+1"},
        {"x" * 101: "1"},
        {"AccountSid": "AC" + "1" * 32},
    ],
)
def test_a_signed_form_with_fields_that_the_carrier_does_not_have_is_refused(
    client: WebhookClient, more: dict[str, str]
) -> None:
    assert client.posts("/voice/status", more, CallSid=CALL).status_code == 403


def test_a_signed_field_that_the_carrier_adds_later_is_ignored(client: WebhookClient) -> None:
    assert client.posts("/voice/status", {"CallFlavour": "vanilla"}, CallSid=CALL).status_code == 204


def test_two_accounts_are_not_ours(client: WebhookClient) -> None:
    fields = MultiDict([("AccountSid", ACCOUNT), ("AccountSid", "AC" + "1" * 32)])
    body = urlencode(list(fields.items(multi=True))).encode()
    assert post(client, body, sign(f"{PUBLIC}/voice/status", fields)) == 403


def test_a_query_that_we_never_hand_out_is_refused(client: WebhookClient) -> None:
    assert client.posts(f"/voice/status?x={'1' * 1000}", CallSid=CALL).status_code == 204
    assert client.posts(f"/voice/status?x={'1' * 2000}", CallSid=CALL).status_code == 403


def test_of_a_flood_of_forged_webhooks_one_a_minute_is_logged(
    client: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    def lines() -> list[tuple[str, int]]:
        found: list[Any] = [record.msg for record in caplog.records if "webhook refused" in str(record.msg)]
        return [(line["reason"], line["refused_since_last_line"]) for line in found]

    for _ in range(5):
        post(client, OURS)
    assert len(lines()) == 1
    client.clock.pass_time(timedelta(minutes=1))
    post(client, OURS, "")
    assert lines() == [(Refusal.FORGED.value, 0), (Refusal.UNSIGNED.value, 4)]


def test_the_answers_are_twiml_or_empty(client: WebhookClient) -> None:
    with client.client.application.app_context():
        voice = webhook.voice_response((Hangup(),))
    text, nothing = webhook.text_response("Noted."), webhook.no_content()
    assert voice.get_data(as_text=True).endswith("<Response><Hangup /></Response>")
    assert text.get_data(as_text=True).endswith("<Response><Message>Noted.</Message></Response>")
    assert {voice.content_type, text.content_type} == {"text/xml; charset=utf-8"}
    assert (nothing.status_code, nothing.get_data()) == (204, b"")


def test_what_could_not_be_stored_is_counted(client_without_database: WebhookClient) -> None:
    path = "/voice/status"
    before = webhook.UNSTORED.labels(path)._value.get()
    assert client_without_database.posts(path, CallSid=CALL, CallStatus="completed").status_code == 503
    assert webhook.UNSTORED.labels(path)._value.get() == before + 1
