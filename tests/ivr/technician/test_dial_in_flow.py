"""What a technician hears who calls one of our lines: what waits, and a call to their own phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.desk.desk_file import Language, read_desk
from ivr.technician import dial_in_flow as flow
from ivr.technician.dial_in_flow import DialInFacts, MostUrgent
from ivr.technician.flow import ROUNDS, KeyPress
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.verbs import Gather, Hangup, Redirect, Say, Verb

DESK, URLS = read_desk(Path("support.toml")), CallUrls("https://desk.test")
NOW = datetime(2026, 11, 29, 3, 20, tzinfo=UTC)
DUE = NOW + timedelta(minutes=22)
FACTS = DialInFacts("Amy Roy", "en", NOW, 2, MostUrgent(7, "KT-417", DUE))
NOTHING = DialInFacts("Amy Roy", "en", NOW)


def spoken(verbs: tuple[Verb, ...] | None) -> str:
    assert verbs is not None
    parts = [part for verb in verbs for part in (verb.prompts if isinstance(verb, Gather) else (verb,))]
    return " ".join(part.text for part in parts if isinstance(part, Say))


def press(key: str, round: int = 1, facts: DialInFacts = FACTS) -> tuple[Verb, ...] | None:
    return flow.keyed(DESK, URLS, facts, KeyPress(key, round))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Callbacks waiting for you: 2. The most urgent is K, T, 4, 1, 7, due by 10:42 p.m. Press 2 to be",
        ),
        ("fr", "Rappels qui vous attendent : 2. Le plus urgent est K, T, 4, 1, 7, à faire avant 22 h 42. Appuyez"),
    ],
)
def test_what_waits_is_said_with_the_most_urgent(language: Language, words: str) -> None:
    assert words in spoken(flow.answered(DESK, URLS, replace(FACTS, language=language)))


def test_a_deadline_that_is_over_is_not_said_as_one_to_come() -> None:
    heard = spoken(flow.answered(DESK, URLS, replace(FACTS, now=DUE)))
    assert "It is late: it was promised by 10:42 p.m." in heard


def test_after_an_attempt_no_deadline_is_said() -> None:
    again = replace(FACTS, now=DUE, most_urgent=MostUrgent(7, "KT-417", DUE, is_tried=True))
    heard = spoken(flow.answered(DESK, URLS, again))
    assert "It is time to call this customer again. Press 2" in heard
    assert "10:42" not in heard


def test_without_a_callback_only_the_way_on_is_offered() -> None:
    heard = spoken(flow.answered(DESK, URLS, NOTHING))
    assert "No callback is waiting for you. Press 9 to continue as a customer." in heard
    assert "No callback is waiting" in spoken(press("2", facts=NOTHING))


def test_a_key_has_the_desk_call_them() -> None:
    assert press("2") is None
    assert "We are calling you at this number." in spoken(flow.called_back(FACTS))


@pytest.mark.parametrize("key", ["1", "", "5"])
def test_any_other_key_asks_again(key: str) -> None:
    assert "The most urgent is" in spoken(press(key))


def test_silence_ends_the_call_after_a_few_rounds() -> None:
    verbs = press("", ROUNDS)
    assert verbs is not None
    assert isinstance(verbs[-1], Hangup)


def test_whoever_is_not_called_hears_another_way() -> None:
    verbs = flow.not_called_back(FACTS, "KT-417")
    assert "We cannot connect you for K, T, 4, 1, 7. Reply to its text" in spoken(verbs)
    assert verbs[-1] == Hangup()


def test_a_deadline_of_another_day_is_said_with_its_day() -> None:
    later = replace(FACTS, now=FACTS.now + timedelta(hours=12))
    assert "it was promised by 10:42 p.m. Saturday" in spoken(flow.answered(DESK, URLS, later))


def test_the_call_begins_again_as_a_customers() -> None:
    assert flow.go_on_as_customer(URLS) == (Redirect("https://desk.test/voice/incoming?customer=1"),)
