"""What a webhook reads from its request, and how it answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from ivr.twilio import webhook
from ivr.twilio.verbs import Hangup
from tests.ivr.webhook_client import CALL, WebhookClient

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


def test_the_answers_are_twiml_or_empty() -> None:
    voice, text, nothing = webhook.voice_response((Hangup(),)), webhook.text_response("Noted."), webhook.no_content()
    assert voice.get_data(as_text=True).endswith("<Response><Hangup /></Response>")
    assert text.get_data(as_text=True).endswith("<Response><Message>Noted.</Message></Response>")
    assert {voice.content_type, text.content_type} == {"text/xml; charset=utf-8"}
    assert (nothing.status_code, nothing.get_data()) == (204, b"")


def test_what_could_not_be_stored_is_counted(client_without_database: WebhookClient) -> None:
    path = "/voice/status"
    before = webhook.UNSTORED.labels(path)._value.get()
    assert client_without_database.posts(path, CallSid=CALL, CallStatus="completed").status_code == 503
    assert webhook.UNSTORED.labels(path)._value.get() == before + 1
