"""The beep, the recording, and what the caller hears after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import pytest

from callbacks.desk.desk_file import Language, Transcripts
from ivr.caller import flow
from ivr.caller.turns import Choices, Place, Turn
from ivr.twilio.verbs import Record, Redirect
from tests.ivr.caller.steps import CLOSED, DESK, NOW, URLS, spoken, step

RECORDED = Turn(Place.RECORDED, seconds=8)


def test_the_beep_records_and_goes_on_when_nothing_was_recorded() -> None:
    reply = step(Turn(Place.BEEP, Choices("fr")))
    record, redirect = reply.verbs
    assert isinstance(record, Record)
    assert (record.longest, record.silence) == (300, 10)
    assert redirect == Redirect("https://desk.test/voice/recorded?lang=fr&nothing=1")
    assert reply.at_beep


def test_the_reference_is_spelled() -> None:
    assert "Your reference is K, T, 4, 1, 7. " in spoken(step(RECORDED, replace(CLOSED, reference="KT-417")))


@pytest.mark.parametrize(
    ("caller", "began_at", "english", "french"),
    [
        ("+15145550199", NOW, "by 10:42 p.m. If you", "avant 22 h 42. Si vous"),
        ("+16045550199", NOW, "by 10:42 p.m. Eastern time. If you", "avant 22 h 42, heure de l'Est. Si vous"),
        ("+15145550199", NOW + timedelta(hours=1, minutes=30), "by 12:12 a.m. Sunday.", "avant dimanche 0 h 12."),
    ],
)
def test_the_promised_time_cannot_be_misread(caller: str, began_at: datetime, english: str, french: str) -> None:
    facts = replace(CLOSED, caller=caller, began_at=began_at, now=began_at)
    assert english in spoken(step(RECORDED, facts))
    assert french in spoken(step(RECORDED.choosing(language="fr"), facts))


def test_a_message_that_ends_after_the_promised_time_is_not_promised_it_again() -> None:
    late = replace(CLOSED, now=NOW + DESK.callback.promise)
    assert "as soon as possible" in spoken(step(RECORDED, late))


@pytest.mark.parametrize(
    ("seconds", "tries", "heard"),
    [
        (None, 1, "We did not hear anything. Please leave your message"),
        (1, 1, "That message was very short. Please leave your message"),
        (2, 1, "A technician will call you back by"),
        (None, 2, "A technician will call you back by"),
        (1, 2, "A technician will call you back by"),
    ],
)
def test_a_caller_is_asked_once_more_for_a_message(seconds: int | None, tries: int, heard: str) -> None:
    assert heard in spoken(step(replace(RECORDED, seconds=seconds, tries=tries)))


def test_the_second_recording_is_not_asked_for_again() -> None:
    reply = step(Turn(Place.BEEP, tries=2))
    record, redirect = reply.verbs
    assert isinstance(record, Record)
    assert record.action.endswith("recorded?lang=en&tries=2")
    assert redirect == Redirect("https://desk.test/voice/recorded?lang=en&nothing=1&tries=2")


def test_a_caller_without_a_number_is_asked_for_one_before_the_message() -> None:
    withheld = replace(CLOSED, caller="Anonymous", number_is_usable=False)
    reply = step(Turn(Place.URGENCY), withheld)
    assert not reply.promises
    assert "Please enter the number where we can reach you" in spoken(reply)
    entered = Turn(Place.URGENCY, Choices(number="+15145550188"))
    assert step(entered, withheld).promises


@pytest.mark.parametrize(
    ("by", "language", "longest", "transcribed"),
    [("carrier", "en", 120, "https://desk.test/voice/transcription"), ("carrier", "fr", 300, ""),
     ("model", "en", 300, ""), ("none", "en", 300, "")],
)  # fmt: skip
def test_the_carrier_transcribes_english_where_the_desk_asks_for_it(
    by: Literal["model", "carrier", "none"], language: Language, longest: int, transcribed: str
) -> None:
    desk = DESK.model_copy(update={"transcript": Transcripts(by=by)})
    record, _ = flow.step(desk, URLS, Turn(Place.BEEP, Choices(language)), CLOSED).verbs
    assert isinstance(record, Record)
    assert (record.longest, record.transcribed) == (longest, transcribed)


def test_a_caller_who_leaves_neither_number_nor_message_is_promised_nothing() -> None:
    silent = replace(RECORDED, seconds=None, tries=2)
    unknown = replace(CLOSED, caller="Anonymous", number_is_usable=False)
    assert "nobody can call you back" in spoken(step(silent, unknown))
    assert "call you back by" in spoken(step(silent))
    entered = replace(silent, choices=Choices(number="+15145550188"))
    assert "call you back by" in spoken(step(entered, unknown))
