"""While the desk is closed: how urgent it is, by key, with and without a known opening."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callbacks.db.states import Urgency
from callbacks.desk.desk_file import UrgencyQuestion
from ivr.caller import flow
from ivr.caller.turns import Choices, Facts, Place, Reply, Turn
from ivr.twilio.verbs import Gather, Redirect
from tests.ivr.caller.steps import CLOSED, DESK, OPEN, URLS, spoken, step

FACTS = replace(CLOSED, opens_at=datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
SILENT_DESK = DESK.model_copy(update={"urgency": UrgencyQuestion(ask=False)})


def pressed(digits: str, facts: Facts = FACTS, choices: Choices = Choices()) -> Reply:  # noqa: B008
    return step(Turn(Place.URGENCY, choices, digits), facts)


def test_the_question_has_the_examples_of_the_desk_file() -> None:
    heard = spoken(step(Turn(Place.INCOMING)))
    assert "If everything is down for everyone, for example if no email arrives or nobody can log in, press 1." in heard
    assert "If it can wait until we open, for example one missing email or a question, press 2." in heard
    assert heard.endswith("To ask for a manager, press 0. Otherwise, stay on the line.")


def test_la_question_en_francais() -> None:
    heard = spoken(step(Turn(Place.LANGUAGE, digits="9")))
    assert "En cas de panne générale, par exemple si plus aucun courriel ne circule ou si personne" in heard
    assert "Si cela peut attendre notre ouverture, par exemple un courriel manquant ou une question" in heard


def test_examples_may_be_left_out() -> None:
    desk = DESK.model_copy(update={"urgency": UrgencyQuestion()})
    assert "down for everyone, press 1." in spoken(flow.step(desk, URLS, Turn(Place.INCOMING), FACTS))


@pytest.mark.parametrize(
    ("digits", "urgency", "heard"),
    [
        ("1", Urgency.DOWN, "We will treat this as critical. Please leave a message"),
        ("2", Urgency.CAN_WAIT, "call you back by 9:00 a.m. Monday"),
    ],
)
def test_what_was_chosen_goes_on_in_every_url(digits: str, urgency: Urgency, heard: str) -> None:
    reply = pressed(digits)
    assert reply.choices == Choices(urgency=urgency)
    assert heard in spoken(reply)
    assert reply.promises
    assert isinstance(reply.verbs[-1], Redirect)
    assert f"urgency={urgency.value.replace(' ', '+')}" in reply.verbs[-1].url


@pytest.mark.parametrize("digits", ["", "7", "#", "?"])
def test_any_other_key_or_none_goes_on_to_the_message(digits: str) -> None:
    reply = pressed(digits)
    assert reply.choices is None
    assert "call you back by 10:42 p.m." in spoken(reply)


def test_without_a_known_opening_no_time_is_promised_that_may_be_wrong() -> None:
    assert "call you back when we open" in spoken(pressed("2", CLOSED))
    thanks = step(Turn(Place.RECORDED, Choices(urgency=Urgency.CAN_WAIT), seconds=9), CLOSED)
    assert "call you back when we open" in spoken(thanks)


def test_a_manager_is_asked_for_once_and_the_question_is_asked_again() -> None:
    reply = pressed("0")
    assert reply.choices == Choices(wants_manager=True)
    assert reply.promises
    assert spoken(reply).startswith("We will tell a manager that you asked for one. If everything is down")
    assert "press 0" not in spoken(reply)
    again = pressed("0", choices=Choices(wants_manager=True))
    assert "leave a message" in spoken(again)


def test_a_desk_that_does_not_ask_still_offers_a_manager() -> None:
    reply = flow.step(SILENT_DESK, URLS, Turn(Place.INCOMING), FACTS)
    assert spoken(reply).endswith("To ask for a manager, press 0.")
    for digits, chosen in (("1", None), ("2", None), ("0", Choices(wants_manager=True))):
        after = flow.step(SILENT_DESK, URLS, Turn(Place.URGENCY, digits=digits), FACTS)
        assert after.choices == chosen
        assert "by 10:42 p.m." in spoken(after)


def test_in_support_hours_nobody_is_asked() -> None:
    reply = step(Turn(Place.INCOMING), replace(OPEN, technicians=()))
    assert not any(isinstance(verb, Gather) and "urgency" in verb.action for verb in reply.verbs)
