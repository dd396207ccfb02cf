"""Another number: entered, read back, confirmed. Nothing else is ever called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.caller.turns import Choices, Place, Reply, Turn
from ivr.twilio.verbs import Gather
from tests.ivr.caller.steps import spoken, step

ENTERED = Turn(Place.NUMBER, digits="5145550188", has_recorded=True)
READ_BACK = Turn(Place.NUMBER_READ_BACK, entered="+15145550188", has_recorded=True)


def asks_for(reply: Reply) -> str:
    ask = reply.verbs[-1]
    assert isinstance(ask, Gather)
    return ask.action


def test_a_number_is_read_back() -> None:
    reply = step(ENTERED)
    assert "You entered (514) 555-0188. If that is right, press 1." in spoken(reply)
    assert "number/read-back?" in asks_for(reply)
    assert "entered=%2B15145550188" in asks_for(reply)
    assert "recorded=1" in asks_for(reply)


def test_a_confirmed_number_is_chosen() -> None:
    reply = step(replace(READ_BACK, digits="1"))
    assert reply.choices == Choices(number="+15145550188")
    assert "We will call you at that number." in spoken(reply)
    assert "number=%2B15145550188" in asks_for(reply)


def test_before_the_message_the_call_goes_on_to_it() -> None:
    assert step(replace(READ_BACK, digits="1", has_recorded=False)).promises
    assert step(Turn(Place.NUMBER)).promises


@pytest.mark.parametrize("digits", ["2", "7"])
def test_another_key_asks_for_the_number_again(digits: str) -> None:
    reply = step(replace(READ_BACK, digits=digits))
    assert (reply.choices, asks_for(reply)) == (None, "https://desk.test/voice/number?lang=en&tries=2&recorded=1")


def test_silence_confirms_nothing() -> None:
    assert "You entered" in spoken(step(READ_BACK))
    at_last = step(replace(READ_BACK, tries=3))
    assert (at_last.choices, "/voice/review?" in asks_for(at_last)) == (None, True)


@pytest.mark.parametrize("digits", ["911", "19005550123", "0113314268530", "5145", "*123#", "18884847266"])
def test_a_number_that_is_not_an_ordinary_one_is_refused(digits: str) -> None:
    reply = step(replace(ENTERED, digits=digits))
    assert "we cannot call that number" in spoken(reply)
    assert "tries=2" in asks_for(reply)
    assert "/voice/review?" in asks_for(step(replace(ENTERED, digits=digits, tries=3)))


def test_a_url_cannot_have_a_premium_number_confirmed() -> None:
    assert step(replace(READ_BACK, entered="+19005550123", digits="1")).choices is None
