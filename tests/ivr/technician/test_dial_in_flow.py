"""What a technician hears who calls one of our lines: what waits, and two different keys to take it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.desk.desk_file import Language, read_desk
from ivr.technician import dial_in_flow as flow
from ivr.technician.dial_in_flow import DialInFacts, DialInQuestion, MostUrgent
from ivr.technician.flow import ROUNDS, KeyPress
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.verbs import Gather, Hangup, Redirect, Say, Verb

DESK, URLS = read_desk(Path("support.toml")), CallUrls("https://desk.test")
NOW = datetime(2026, 11, 29, 3, 20, tzinfo=UTC)
DUE = NOW + timedelta(minutes=22)
FACTS = DialInFacts("Amy Roy", "en", NOW, 2, MostUrgent(7, "KT-417", DUE))
NOTHING = DialInFacts("Amy Roy", "en", NOW)
MENU, CONFIRM = DialInQuestion.MENU, DialInQuestion.CONFIRM


def spoken(verbs: tuple[Verb, ...] | None) -> str:
    assert verbs is not None
    parts = [part for verb in verbs for part in (verb.prompts if isinstance(verb, Gather) else (verb,))]
    return " ".join(part.text for part in parts if isinstance(part, Say))


def press(
    key: str, question: DialInQuestion = MENU, round: int = 1, facts: DialInFacts = FACTS
) -> tuple[Verb, ...] | None:
    return flow.keyed(DESK, URLS, facts, question, KeyPress(key, round))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Callbacks waiting for you: 2. The most urgent is K, T, 4, 1, 7, due by 10:42 p.m. Press 2 to take it"),
        ("fr", "Rappels qui vous attendent : 2. Le plus urgent est K, T, 4, 1, 7, à faire avant 22 h 42. Appuyez"),
    ],
)
def test_what_waits_is_said_with_the_most_urgent(language: Language, words: str) -> None:
    assert words in spoken(flow.answered(DESK, URLS, replace(FACTS, language=language)))


def test_a_deadline_that_is_over_is_not_said_as_one_to_come() -> None:
    heard = spoken(flow.answered(DESK, URLS, replace(FACTS, now=DUE)))
    assert "It is late: it was promised by 10:42 p.m." in heard


def test_without_a_callback_only_the_way_on_is_offered() -> None:
    heard = spoken(flow.answered(DESK, URLS, NOTHING))
    assert "No callback is waiting for you. Press 9 to go on as a customer." in heard
    assert "No callback is waiting" in spoken(press("2", facts=NOTHING))


def test_two_different_keys_take_it() -> None:
    assert "To confirm, press 1." in spoken(press("2"))
    assert press("1", CONFIRM) is None


@pytest.mark.parametrize(("key", "question"), [("1", MENU), ("2", CONFIRM), ("", CONFIRM), ("5", MENU)])
def test_any_other_key_asks_again(key: str, question: DialInQuestion) -> None:
    assert "The most urgent is" in spoken(press(key, question))


@pytest.mark.parametrize("question", DialInQuestion)
def test_silence_ends_the_call_after_a_few_rounds(question: DialInQuestion) -> None:
    verbs = press("", question, ROUNDS)
    assert verbs is not None
    assert isinstance(verbs[-1], Hangup)


def test_who_has_taken_it_hears_the_number() -> None:
    assert "Please call (514) 555-0199 by 10:42 p.m." in spoken(flow.taken(DESK, FACTS, "(514) 555-0199"))
    assert flow.taken(DESK, NOTHING, None) == (Hangup(),)


def test_who_takes_it_late_or_without_a_number_hears_so() -> None:
    late = replace(FACTS, now=FACTS.now + timedelta(hours=3))
    assert "(514) 555-0199 at once: it was promised for 10:42 p.m." in spoken(flow.taken(DESK, late, "(514) 555-0199"))
    assert "There is no number to call." in spoken(flow.taken(DESK, FACTS, None))
    assert "A supervisor must allow the call" in spoken(flow.taken(DESK, FACTS, None, needs_consent=True))


def test_a_deadline_of_another_day_is_said_with_its_day() -> None:
    later = replace(FACTS, now=FACTS.now + timedelta(hours=12))
    assert "it was promised by 10:42 p.m. Saturday" in spoken(flow.answered(DESK, URLS, later))


def test_the_call_begins_again_as_a_customers() -> None:
    assert flow.go_on_as_customer(URLS) == (Redirect("https://desk.test/voice/incoming?customer=1"),)
