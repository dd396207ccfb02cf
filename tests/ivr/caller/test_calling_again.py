"""A caller with an open callback: what each key does, and what silence does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from callbacks.db.event_kinds import EventKind
from ivr.caller.turns import Choices, Facts, OpenCallback, Place, Turn
from ivr.twilio.verbs import Dial, Gather, Hangup, Redirect
from tests.ivr.caller.steps import CLOSED, NOW, OPEN, spoken, step, technician

DUE = NOW + timedelta(minutes=20)
AMY = technician(7)
WITH_OWNER = OpenCallback("KT-417", DUE, has_owner=True, owner=AMY)
UNOWNED = OpenCallback("KT-417", DUE)


def about(callback: OpenCallback, facts: Facts = CLOSED) -> Facts:
    return replace(facts, open_callback=callback)


@pytest.mark.parametrize("facts", [CLOSED, OPEN])
def test_every_choice_is_offered(facts: Facts) -> None:
    reply = step(Turn(Place.LANGUAGE), about(WITH_OWNER, facts))
    (question,) = reply.verbs
    assert isinstance(question, Gather)
    assert "/voice/again?" in question.action
    for key in ("press 1", "press 2", "press 3", "press 0"):
        assert key in spoken(reply)
    assert ("stay on the line" in spoken(reply)) == facts.is_open
    assert reply.tells_standing


def test_nobody_is_offered_an_owner_who_cannot_be_rung() -> None:
    assert "press 2" not in spoken(step(Turn(Place.LANGUAGE), about(replace(WITH_OWNER, owner=None))))


@pytest.mark.parametrize("digits", ["1", "", "9", "*"])
def test_a_message_is_added(digits: str) -> None:
    reply = step(Turn(Place.AGAIN, digits=digits), about(UNOWNED))
    assert "It will be added to your callback" in spoken(reply)
    assert "by " not in spoken(reply)  # no time that was not promised
    assert isinstance(reply.verbs[-1], Redirect)


@pytest.mark.parametrize("digits", ["", "9"])
def test_in_support_hours_silence_waits_for_a_technician(digits: str) -> None:
    reply = step(Turn(Place.AGAIN, digits=digits), about(WITH_OWNER, OPEN))
    assert reply.rings == 1
    assert any(isinstance(verb, Dial) and "about=KT-417" in verb.screen for verb in reply.verbs)


def test_the_owner_is_rung_and_the_call_comes_back_to_the_message() -> None:
    reply = step(Turn(Place.AGAIN, digits="2"), about(WITH_OWNER))
    dial = reply.verbs[-1]
    assert isinstance(dial, Dial)
    assert (dial.number, reply.rings) == (AMY.phone, AMY.id)
    assert "/voice/again/owner?" in dial.action
    assert "rung=7" in dial.action


def test_an_owner_who_is_gone_meanwhile_is_not_rung() -> None:
    assert "cannot take the call" in spoken(step(Turn(Place.AGAIN, digits="2"), about(UNOWNED)))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_something_else_goes_on_as_a_new_request(language: str) -> None:
    turn = Turn(Place.AGAIN, Choices("fr" if language == "fr" else "en"), "3")
    reply = step(turn, about(WITH_OWNER))
    assert reply.chose is EventKind.SAID_SEPARATE
    assert reply.choices is not None
    assert reply.choices.is_separate
    assert ("We are currently closed" if language == "en" else "Nous sommes fermés en ce moment") in spoken(reply)
    question = reply.verbs[-1]
    assert isinstance(question, Gather)  # how urgent that is
    assert "/voice/urgency?" in question.action
    assert "separate=1" in question.action


def test_a_manager_is_asked_for_and_a_message_follows() -> None:
    reply = step(Turn(Place.AGAIN, digits="0"), about(WITH_OWNER))
    assert reply.choices is not None
    assert reply.choices.wants_manager
    assert "tell a manager" in spoken(reply)
    assert isinstance(reply.verbs[-1], Redirect)


def test_a_callback_that_was_closed_meanwhile_is_like_none() -> None:
    reply = step(Turn(Place.AGAIN, digits="1"), CLOSED)
    assert "We are currently closed" in spoken(reply)
    assert "added to" not in spoken(reply)


@pytest.mark.parametrize(
    ("turn", "accepted_by", "spoke", "lost"),
    [
        (Turn(Place.OWNER, rung=(7,), bridged=True), 7, 7, None),
        (Turn(Place.OWNER, rung=(7,), bridged=True), None, 7, None),
        (Turn(Place.OWNER, rung=(7,), picked_up=True), 7, 7, None),
        (Turn(Place.OWNER, rung=(7,), bridged=False), 7, None, 7),
        (Turn(Place.OWNER, rung=(7,)), None, None, None),
    ],
)
def test_after_the_owner_was_rung(turn: Turn, accepted_by: int | None, spoke: int | None, lost: int | None) -> None:
    reply = step(turn, replace(about(WITH_OWNER), accepted_by=accepted_by))
    assert (reply.has_spoken_with, reply.not_connected) == (spoke, lost)
    if spoke is not None:
        assert reply.verbs == (Hangup(),)
    else:
        assert "It will be added to your callback" in spoken(reply)
