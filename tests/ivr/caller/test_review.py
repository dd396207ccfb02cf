"""After the message: keys, silence, and a recording that is not here yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.caller import flow
from ivr.caller.turns import Choices, Place, Turn
from ivr.twilio.verbs import Gather, Hangup, Play, Redirect
from tests.callbacks.desk.flows import desk_with
from tests.ivr.caller.steps import CLOSED, URLS, spoken, step

REVIEW = Turn(Place.REVIEW)
HERE = replace(CLOSED, message_url="https://desk.test/media/1.wav")


@pytest.mark.parametrize("key", ["", "1", "#"])
def test_silence_or_1_ends_the_call(key: str) -> None:
    reply = step(replace(REVIEW, digits=key))
    assert reply.verbs[-1] == Hangup()
    assert "Goodbye" in spoken(reply)


def test_2_plays_the_message() -> None:
    (ask,) = step(replace(REVIEW, digits="2"), HERE).verbs
    assert isinstance(ask, Gather)
    assert ask.prompts[0] == Play("https://desk.test/media/1.wav")


def test_a_message_that_is_not_here_yet_is_waited_for() -> None:
    turn, waits = replace(REVIEW, digits="2"), []
    for tries in range(1, 10):
        verb = step(turn).verbs[-1]
        if not isinstance(verb, Redirect):
            break
        waits.append(verb.url)
        turn = Turn(Place.LISTEN, tries=tries)
    assert [url.rpartition("tries=")[2] for url in waits] == ["1", "2", "3"]
    assert "cannot play it back yet" in spoken(step(turn))
    assert isinstance(step(replace(turn, tries=1), HERE).verbs[0], Gather)


def test_3_records_again() -> None:
    reply = step(replace(REVIEW, digits="3"))
    assert reply.verbs[-1] == Redirect("https://desk.test/voice/beep?lang=en&tries=2")


def test_4_asks_for_another_number_and_comes_back() -> None:
    (ask,) = step(Turn(Place.REVIEW, Choices("fr"), digits="4")).verbs
    assert isinstance(ask, Gather)
    assert ask.action == "https://desk.test/voice/number?lang=fr&tries=1&recorded=1"


def test_after_a_message_in_another_box_no_time_and_no_manager_are_promised() -> None:
    in_box = replace(REVIEW, choices=Choices(box="sales"))
    heard = spoken(flow.step(desk_with(), URLS, replace(in_box, digits="8"), CLOSED))
    assert "press 4" in heard
    assert "press 5" not in heard
    assert "press 0" not in heard
    for key in "50":
        reply = flow.step(desk_with(), URLS, replace(in_box, digits=key), CLOSED)
        assert "not one of the choices" in spoken(reply)
        assert reply.choices is None
    assert "press 5" in spoken(step(replace(REVIEW, digits="8")))


def test_a_wrong_key_is_asked_again_twice() -> None:
    assert "not one of the choices" in spoken(step(replace(REVIEW, digits="8")))
    assert step(replace(REVIEW, digits="8", tries=3)).verbs[-1] == Hangup()
