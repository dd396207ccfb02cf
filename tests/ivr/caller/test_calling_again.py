"""A caller with an open callback: what each key does, and what silence does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from callbacks.db.event_kinds import EventKind
from callbacks.inbound.hunt import Ring
from ivr.caller.turns import Choices, Facts, OpenCallback, Place, Reply, Turn
from ivr.twilio.verbs import Enqueue, Gather, Hangup, Leave, Redirect
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
    assert "It will be added to your request" in spoken(reply)
    assert "by " not in spoken(reply)  # no time that was not promised
    assert isinstance(reply.verbs[-1], Redirect)


@pytest.mark.parametrize("digits", ["", "9"])
def test_in_support_hours_silence_waits_for_a_technician(digits: str) -> None:
    reply = step(Turn(Place.AGAIN, digits=digits), about(WITH_OWNER, OPEN))
    assert "Please hold" in spoken(reply)
    assert isinstance(reply.verbs[-1], Enqueue)


def test_silence_also_waits_for_technicians_who_are_on_other_calls() -> None:
    busy = replace(OPEN, technicians=(), busy=frozenset({1}))
    assert isinstance(step(Turn(Place.AGAIN), about(WITH_OWNER, busy)).verbs[-1], Enqueue)


def waits_for_owner(callback: OpenCallback, *rings: Ring, digits: str = "") -> Reply:
    return step(Turn(Place.WAIT, digits=digits, only=AMY.id), replace(about(callback), rings=rings))


def test_the_caller_waits_for_the_owner_and_for_nobody_else() -> None:
    reply = step(Turn(Place.AGAIN, digits="2"), about(WITH_OWNER))
    queue = reply.verbs[-1]
    assert isinstance(queue, Enqueue)
    assert ("only=7" in queue.wait, "only=7" in queue.action) == (True, True)
    reply = waits_for_owner(WITH_OWNER)
    (gather, _) = reply.verbs
    assert isinstance(gather, Gather)
    assert (reply.rings, "only=7" in gather.action) == ((AMY.id,), True)


def test_when_the_owner_does_not_take_it_the_wait_ends() -> None:
    assert not isinstance(waits_for_owner(WITH_OWNER, Ring(AMY.id, NOW)).verbs[-1], Leave)
    reply = waits_for_owner(WITH_OWNER, Ring(AMY.id, NOW, is_over=True))
    assert "cannot take the call" in spoken(reply)
    assert reply.verbs[-1] == Leave()


def test_0_ends_the_wait_for_the_owner() -> None:
    assert waits_for_owner(WITH_OWNER, Ring(AMY.id, NOW), digits="0").verbs == (Leave(),)


def test_an_owner_who_is_on_the_phone_by_then_is_not_rung() -> None:
    assert waits_for_owner(replace(WITH_OWNER, owner=None)).verbs[-1] == Leave()


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
    ("result", "accepted_by", "spoke", "lost"),
    [
        ("bridged", 7, 7, None),
        ("bridged", None, 7, None),  # the key could not be stored
        ("leave", None, None, None),
        ("leave", 7, None, 7),
        ("error", None, None, None),
    ],
)
def test_after_the_owner_was_rung(result: str, accepted_by: int | None, spoke: int | None, lost: int | None) -> None:
    facts = replace(about(WITH_OWNER), accepted_by=accepted_by, rings=(Ring(AMY.id, NOW),))
    reply = step(Turn(Place.WAITED, only=AMY.id, queue_result=result), facts)
    assert (reply.has_spoken_with, reply.not_connected) == (spoke, lost)
    if spoke is not None:
        assert reply.verbs == (Hangup(),)
    else:
        assert "It will be added to your request" in spoken(reply)
