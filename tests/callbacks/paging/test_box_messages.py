"""The mail about a message in a box, and the alert that it cannot be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callbacks.paging.box_messages import BoxMessage, box_mail, box_not_mailed
from callbacks.text.bilingual import Words

MESSAGE = BoxMessage(
    box=Words("sales", "les ventes"),
    caller=Words("(514) 555-0199", "(514) 555-0199"),
    line=Words("direct line", "ligne directe"),
    began_at=datetime(2026, 11, 29, 3, 12, tzinfo=UTC),
    seconds=8,
    is_lost=False,
    url="https://desk.test/boxes#message-1",
)
MONTREAL = ZoneInfo("America/Toronto")


def test_a_mail_has_who_when_and_a_link() -> None:
    words = box_mail(MESSAGE, MONTREAL)
    assert words.english.splitlines() == [
        "New message: sales",
        "From: (514) 555-0199",
        "Line: direct line",
        "Received: Sat 28 Nov 22:12",
        "Length: 8 s",
        "Listen: https://desk.test/boxes#message-1",
    ]
    assert "Nouveau message : les ventes" in words.french


def test_a_message_that_was_lost_asks_for_a_call() -> None:
    words = box_mail(replace(MESSAGE, is_lost=True, seconds=None), MONTREAL)
    assert "Please call back." in words.english
    assert "Veuillez rappeler." in words.french
    assert "https" not in words.english + words.french


def test_the_alert_names_the_box_and_the_reason() -> None:
    words = box_not_mailed(MESSAGE.box, Words("Refused.", "Refusé."))
    assert words.english == "messages for sales cannot be mailed. Refused. They are at the console, under Calls."
    assert "les ventes" in words.french
