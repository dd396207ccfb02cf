"""What a technician hears, and what their keys mean: on a page by phone, before a connection, and after it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db.states import ReachOutcome, ReportedOutcome
from callbacks.desk.desk_file import Language, read_desk
from ivr.technician import flow
from ivr.technician.flow import KeyAct, KeyPress, PageFacts, Question
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.verbs import Dial, Gather, Hangup, Say, Verb

DESK, URLS = read_desk(Path("support.toml")), CallUrls("https://desk.test")
NOW = datetime(2026, 11, 29, 3, 15, tzinfo=UTC)
LANGUAGES: tuple[Language, ...] = ("en", "fr")
FACTS = PageFacts(
    page_id=7,
    name="Amy Roy",
    language="en",
    reference="KT-417",
    line="direct",
    line_name="direct line",
    customer_number="+15145550199",
    due_at=NOW + timedelta(minutes=27),
    now=NOW,
    owner=None,
    is_theirs=False,
    is_closed=False,
    message_urls=("https://desk.test/m/1",),
    has_message=True,
)


def spoken(verbs: tuple[Verb, ...]) -> str:
    """Return everything that is said, in order."""
    parts = itertools.chain.from_iterable(verb.prompts if isinstance(verb, Gather) else (verb,) for verb in verbs)
    return " ".join(part.text for part in parts if isinstance(part, Say))


def test_the_page_names_the_technician_the_line_and_the_deadline() -> None:
    heard = spoken(flow.answered(DESK, URLS, FACTS).verbs)
    assert "paging Amy Roy" in heard
    assert "direct line is waiting for a call back by 10:42 p.m. Press 1" in heard
    late = replace(FACTS, now=FACTS.due_at)
    assert "promised a call by 10:42 p.m. and has not been called" in spoken(flow.answered(DESK, URLS, late).verbs)


@pytest.mark.parametrize(
    ("minutes", "english", "french"),
    [
        (0, "by 10:42 p.m. Goodbye", "avant 22 h 42. Au revoir"),
        (27, "at once: it was promised for 10:42 p.m. Goodbye", "tout de suite : c'était promis pour 22 h 42."),
        (120, "promised for 10:42 p.m. Saturday. Goodbye", "promis pour samedi 22 h 42."),
    ],
)
def test_who_takes_it_never_hears_a_deadline_that_is_over_as_one_to_come(
    minutes: int, english: str, french: str
) -> None:
    facts = replace(FACTS, now=NOW + timedelta(minutes=minutes))
    assert english in spoken(flow.taken(DESK, facts))
    assert french in spoken(flow.taken(DESK, replace(facts, language="fr")))


def test_after_an_attempt_an_owner_is_not_said_to_have_lost_it() -> None:
    tried = replace(FACTS, is_tried=True)
    assert "nobody has the callback now" in spoken(flow.answered(DESK, URLS, tried).verbs)
    owner = replace(tried, is_theirs=True)
    assert "The callback is yours." in spoken(flow.answered(DESK, URLS, owner).verbs)
    assert "Le rappel est à vous." in spoken(flow.answered(DESK, URLS, replace(owner, language="fr")).verbs)


def test_other_callbacks_are_counted() -> None:
    assert "Other callbacks" not in spoken(flow.answered(DESK, URLS, FACTS).verbs)
    assert "Other callbacks waiting: 2." in spoken(flow.answered(DESK, URLS, replace(FACTS, others=2)).verbs)


@pytest.mark.parametrize(
    ("question", "key", "act"),
    [
        (Question.MENU, "1", None),
        (Question.MENU, "2", None),
        (Question.MENU, "3", None),
        (Question.MENU, "4", KeyAct.PASS),
        (Question.MENU, "*", None),
        (Question.MENU, "9", None),
        (Question.MENU, "", None),
        (Question.CONFIRM, "1", KeyAct.TAKE),
        (Question.CONFIRM, "2", None),
        (Question.CONFIRM, "", None),
        (Question.CONFIRM_AND_CONNECT, "1", KeyAct.TAKE_AND_CONNECT),
        (Question.CONFIRM_AND_CONNECT, "3", None),
    ],
)
def test_no_single_key_takes_a_callback(question: Question, key: str, act: KeyAct | None) -> None:
    reply = flow.keyed(DESK, URLS, FACTS, question, KeyPress(key))
    assert reply.act is act
    assert bool(reply.verbs) is (act is None)  # something is heard, or done


@pytest.mark.parametrize(("key", "stage"), [("2", "confirm"), ("3", "confirm-connect")])
def test_taking_asks_for_a_second_key_that_differs(key: str, stage: str) -> None:
    (ask,) = flow.keyed(DESK, URLS, FACTS, Question.MENU, KeyPress(key)).verbs
    assert isinstance(ask, Gather)
    assert ask.action == f"https://desk.test/voice/page/key?page=7&stage={stage}&round=1"
    assert spoken((ask,)) == "To confirm, press 1."


def test_key_1_plays_the_message_or_says_why_not() -> None:
    def heard(**changed: object) -> tuple[Verb, ...]:
        return flow.keyed(DESK, URLS, replace(FACTS, **changed), Question.MENU, KeyPress("1")).verbs  # type: ignore[arg-type]

    assert flow.plays_message(heard())
    assert "not available yet" in spoken(heard(message_urls=()))
    assert "left no message" in spoken(heard(message_urls=(), has_message=False))


def test_silence_ends_the_call_in_the_third_round() -> None:
    rounds = [flow.keyed(DESK, URLS, FACTS, Question.MENU, KeyPress("", round)).verbs for round in (1, 2, 3)]
    assert [isinstance(verbs[-1], Hangup) for verbs in rounds] == [False, False, True]
    assert spoken(rounds[2]) == "No key was pressed. Goodbye."


@pytest.mark.parametrize(
    ("facts", "heard"),
    [
        (replace(FACTS, owner="Ben Cole"), "Ben Cole has K, T, 4, 1, 7."),
        (replace(FACTS, is_closed=True), "K, T, 4, 1, 7 is closed."),
    ],
)
def test_what_another_has_or_what_is_closed_is_not_offered(facts: PageFacts, heard: str) -> None:
    replies = [flow.answered(DESK, URLS, facts), flow.keyed(DESK, URLS, facts, Question.CONFIRM, KeyPress("1"))]
    for verbs in (*(reply.verbs for reply in replies), flow.ask_to_connect(URLS, facts)):
        assert spoken(verbs).startswith(heard)
        assert isinstance(verbs[-1], Hangup)
    assert [reply.act for reply in replies] == [None, None]


def test_a_notice_is_repeated_until_a_key_or_three_times() -> None:
    def keyed(press: KeyPress) -> tuple[str, bool]:
        verbs, was_heard = flow.notice_keyed(URLS, 7, "This is a test.", "en", press)
        return spoken(verbs), was_heard

    assert keyed(KeyPress("1")) == ("Thank you. Goodbye.", True)
    assert keyed(KeyPress("", 2)) == ("This is a test. Press 1 to confirm that you heard this.", False)
    assert keyed(KeyPress("5", 3)) == ("No key was pressed. Goodbye.", False)


def test_the_customer_is_called_from_the_number_of_the_line() -> None:
    heard, dial = flow.connect(DESK, URLS, FACTS, attempt_id=3)
    assert heard == Say("Connecting you now.")
    assert isinstance(dial, Dial)
    assert (dial.numbers, dial.caller_id) == (("+15145550199",), DESK.lines["direct"].number)
    for url in (dial.action, dial.status, dial.answered_by):
        assert url.endswith("?attempt=3")


def test_a_connection_needs_key_1_and_a_number() -> None:
    assert flow.connect_keyed(URLS, FACTS, KeyPress("1")) is None
    played = flow.connect_keyed(URLS, FACTS, KeyPress("2"))
    assert played is not None
    assert flow.plays_message(played)
    silent = flow.connect_keyed(URLS, FACTS, KeyPress(""))
    assert silent is not None
    assert isinstance(silent[-1], Hangup)
    assert isinstance(flow.connect(DESK, URLS, replace(FACTS, customer_number=None), 3)[-1], Hangup)


WITHOUT_NUMBER = replace(FACTS, customer_number=None)
BEFORE_CONSENT = replace(WITHOUT_NUMBER, needs_consent=True)


@pytest.mark.parametrize(
    ("facts", "english", "french"),
    [
        (WITHOUT_NUMBER, "There is no number to call.", "Il n'y a aucun numéro à composer."),
        (BEFORE_CONSENT, "A supervisor must allow the call", "Un superviseur doit d'abord autoriser l'appel"),
    ],
)
def test_without_a_number_to_call_nothing_offers_to_call_one(facts: PageFacts, english: str, french: str) -> None:
    for language in LANGUAGES:
        expected = english if language == "en" else french
        theirs = replace(facts, language=language)
        menu = spoken(flow.answered(DESK, URLS, theirs).verbs)
        assert expected in menu
        assert " 3 " not in menu
        assert flow.keyed(DESK, URLS, theirs, Question.MENU, KeyPress("3")).act is None
        assert spoken(flow.keyed(DESK, URLS, theirs, Question.MENU, KeyPress("3")).verbs).endswith(menu[-40:])
        assert expected in spoken(flow.taken(DESK, theirs))
    assert spoken(flow.ask_to_connect(URLS, facts)) == spoken(flow.no_number(facts))


@pytest.mark.parametrize(
    ("language", "down", "time"),
    [
        ("en", "The customer says that everything is down.", "asked to be called after 11:00 p.m."),
        ("fr", "Le client dit que tout est en panne.", "demande à être rappelé après 23 h."),
    ],
)
def test_what_the_caller_said_by_key_is_spoken(language: Language, down: str, time: str) -> None:
    named_at = DESK.instant("2026-11-28T23:00")
    wished = replace(FACTS, language=language, says_down=True, named_at=named_at, now=named_at - timedelta(minutes=5))
    heard = spoken(flow.answered(DESK, URLS, wished).verbs)
    assert down in heard
    assert time in heard
    tried = spoken(flow.answered(DESK, URLS, replace(wished, is_tried=True)).verbs)
    assert time not in tried


def test_the_number_is_spoken_in_both_languages() -> None:
    assert "Please call (514) 555-0199 by" in spoken(flow.taken(DESK, FACTS))
    assert "Appelez le (514) 555-0199 avant" in spoken(flow.taken(DESK, replace(FACTS, language="fr")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ReachOutcome)
def test_after_any_outcome_the_technician_is_asked_how_it_went(outcome: ReachOutcome, language: Language) -> None:
    """A technician may report by text while the call goes on, so the attempt can have any outcome when it ends."""
    asked = spoken(flow.ask_outcome(URLS, 7, outcome, language))
    if outcome is ReachOutcome.NOT_RUNG:
        assert {"en": "It does not count as an attempt.", "fr": "Cet appel ne compte pas."}[language] in asked
        return
    assert {"en": "How did it go?", "fr": "Comment ça s'est passé?"}[language] in asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_has_a_key_and_a_confirmation(language: Language) -> None:
    assert set(flow.OUTCOME_KEYS.values()) == set(ReportedOutcome)
    heard = [spoken(flow.outcome_noted(language, outcome)) for outcome in ReportedOutcome]
    assert len(set(heard)) == len(ReportedOutcome)


def test_without_a_key_the_outcome_is_asked_for_by_text_in_the_end() -> None:
    rounds = [flow.outcome_not_keyed(URLS, 7, ReachOutcome.BUSY, "en", round) for round in (1, 2, 3)]
    assert [isinstance(verbs[-1], Hangup) for verbs in rounds] == [False, False, True]
    assert "by text" in spoken(rounds[2])


def test_the_customer_is_named_in_a_page_and_before_a_connection() -> None:
    known = replace(FACTS, customer="Acme, Jane Roy")
    assert "The customer is Acme, Jane Roy." in spoken(flow.answered(DESK, URLS, known).verbs)
    repeated = flow.keyed(DESK, URLS, known, Question.MENU, KeyPress("*")).verbs
    assert "The customer is Acme, Jane Roy." in spoken(repeated)
    assert spoken(flow.ask_to_connect(URLS, known)).count("The customer is Acme, Jane Roy.") == 1
    french = replace(known, language="fr", customer="probablement Acme")
    assert "Le client est probablement Acme." in spoken(flow.answered(DESK, URLS, french).verbs)
    assert "The customer is" not in spoken(flow.answered(DESK, URLS, FACTS).verbs)
