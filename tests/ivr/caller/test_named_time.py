"""The caller names the time of the call: at the opening, or an hour by keypad, across changes of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.caller import flow, named_time
from ivr.caller.named_time import hour_entered, next_time
from ivr.caller.turns import Choices, Facts, Place, Reply, Step, Turn
from ivr.twilio.verbs import Gather
from tests.ivr.caller.steps import CLOSED, DESK, NOW, URLS, spoken

MONTREAL = ZoneInfo("America/Toronto")
OPENING = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
FACTS = replace(CLOSED, opens_at=OPENING)
SEVEN = datetime(2026, 11, 29, 12, tzinfo=UTC)


def answer(place: Place, digits: str = "", language: str = "en", facts: Facts = FACTS, tries: int = 1) -> Reply:
    choices = Choices("fr" if language == "fr" else "en")
    return flow.step(DESK, URLS, Turn(place, choices, digits, tries), facts)


def asked(language: str = "en", facts: Facts = FACTS) -> Reply:
    return named_time.ask(Step(DESK, URLS, Turn(Place.RECORDED, Choices("fr" if language == "fr" else "en")), facts))


def test_the_opening_is_offered_with_its_time() -> None:
    assert "To be called at 8:30 a.m. Monday, when we open, press 1." in spoken(asked())
    assert "Pour être rappelé à notre ouverture, lundi 8 h 30, appuyez sur le 1." in spoken(asked("fr"))


def test_while_the_opening_is_not_known_an_hour_is_asked_for_at_once() -> None:
    assert "Enter the time with four digits" in spoken(asked(facts=CLOSED))


def test_the_opening_is_taken_at_its_word() -> None:
    reply = answer(Place.NAME_TIME, "1")
    assert reply.choices is not None
    assert reply.choices.named_at == OPENING
    assert (
        "Thank you. A technician will call you at 8:30 a.m. Monday, or by 9:00 a.m. at the latest. If you are done"
        in spoken(reply)
    )


def test_the_opening_that_was_offered_is_taken_while_the_database_is_away() -> None:
    (question,) = asked().verbs
    assert isinstance(question, Gather)
    assert f"at={int(OPENING.timestamp())}" in question.action
    heard = Turn(Place.NAME_TIME, digits="1", offered_at=OPENING)
    reply = flow.step(DESK, URLS, heard, CLOSED)
    assert reply.choices is not None
    assert reply.choices.named_at == OPENING
    assert "when we open, press 1" in spoken(flow.step(DESK, URLS, replace(heard, digits="7"), CLOSED))


@pytest.mark.parametrize(
    ("language", "read"),
    [("en", "You will be called at 7:00 a.m. Sunday. To confirm, press 1."), ("fr", "dimanche 7 h. Pour confirmer")],
)
def test_an_hour_is_read_back_and_confirmed(language: str, read: str) -> None:
    assert read in spoken(answer(Place.NAMED_HOUR, "0700", language))
    turn = Turn(Place.NAMED_TIME, digits="1", offered_at=SEVEN)
    reply = flow.step(DESK, URLS, turn, FACTS)
    assert reply.choices is not None
    assert reply.choices.named_at == SEVEN


def test_several_keys_are_asked_for() -> None:
    (question,) = answer(Place.NAME_TIME, "2").verbs
    assert isinstance(question, Gather)
    assert (question.keys, question.finish_on_key) == (4, "#")


@pytest.mark.parametrize("digits", ["2", ""])
def test_what_is_not_confirmed_is_asked_again(digits: str) -> None:
    reply = flow.step(DESK, URLS, Turn(Place.NAMED_TIME, digits=digits, offered_at=SEVEN), FACTS)
    assert reply.choices is None
    assert "Enter the time" in spoken(reply)


@pytest.mark.parametrize("place", [Place.NAME_TIME, Place.NAMED_HOUR, Place.NAMED_TIME])
def test_after_three_tries_the_first_promise_stands(place: Place) -> None:
    reply = answer(place, "9999", tries=3)
    assert reply.choices is None
    assert "If you are done, hang up" in spoken(reply)


@pytest.mark.parametrize(("digits", "hint"), [("9", "not one of the choices"), ("", "we did not get your choice")])
def test_another_key_is_asked_again(digits: str, hint: str) -> None:
    assert hint in spoken(answer(Place.NAME_TIME, digits))


@pytest.mark.parametrize(
    ("keys", "found"),
    [("0700", time(7)), ("700", time(7)), ("7", time(7)), ("19", time(19)), ("2359", time(23, 59)), ("0000", time(0))],
)
def test_hours_as_people_enter_them(keys: str, found: time) -> None:
    assert hour_entered(keys) == found


@pytest.mark.parametrize("keys", ["", "2400", "0760", "24", "*", "07#0", "07000"])
def test_what_is_not_an_hour(keys: str) -> None:
    assert hour_entered(keys) is None
    assert "?" not in spoken(answer(Place.NAMED_HOUR, keys))


@pytest.mark.parametrize(
    ("now", "entered", "expected"),
    [
        ("2026-11-28T22:12-05:00", time(7), "2026-11-29T07:00-05:00"),  # tomorrow
        ("2026-11-28T22:12-05:00", time(23), "2026-11-28T23:00-05:00"),  # today
        ("2026-11-28T22:12-05:00", time(22, 12), "2026-11-29T22:12-05:00"),  # this minute is over
        ("2027-03-13T22:00-05:00", time(2, 30), "2027-03-14T03:30-04:00"),  # there is no 2:30 that night
        ("2026-10-31T22:00-04:00", time(1, 30), "2026-11-01T01:30-04:00"),  # twice: the first
        ("2026-11-01T01:40-04:00", time(1, 30), "2026-11-01T01:30-05:00"),  # twice, and the first is over
        ("2026-10-31T22:00-04:00", time(7), "2026-11-01T07:00-05:00"),
    ],
)
def test_the_next_such_time(now: str, entered: time, expected: str) -> None:
    assert next_time(entered, MONTREAL, datetime.fromisoformat(now)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("en", "A technician will call you at 7:00 a.m. Sunday, or by 7:30 a.m. at the latest."),
        ("fr", "Un technicien vous appellera entre dimanche 7 h et 7 h 30."),
    ],
)
def test_the_caller_hears_when(language: str, heard: str) -> None:
    choices = Choices("fr" if language == "fr" else "en", named_at=SEVEN)
    turn = Turn(Place.RECORDED, choices, seconds=9)
    reply = flow.step(DESK, URLS, turn, replace(FACTS, now=NOW + timedelta(minutes=1)))
    assert heard in spoken(reply)
