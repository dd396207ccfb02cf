"""The steps of a story fail it when something else happens, and when something happens that it does not mention."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.rehearsal.scenario import STRETCH, Scenario, StoryFailed
from ivr.simulator import Habit

CUSTOMER = "+15145550199"


def leaves_a_message(scenario: Scenario) -> None:
    call = scenario.caller(CUSTOMER).dials("direct").hears("leave a message").hears_the_beep().says(8)
    call.presses("#").is_hung_up_on()


def test_a_text_that_the_story_does_not_mention_fails_it(scenario: Scenario) -> None:
    leaves_a_message(scenario)
    scenario.minutes_pass(1)
    with pytest.raises(StoryFailed, match="Amy Roy got a text that was not expected"):
        scenario.ends()
    scenario.ignore_so_far()
    scenario.ends()


def test_a_call_that_the_story_does_not_mention_fails_it(scenario: Scenario) -> None:
    leaves_a_message(scenario)
    scenario.phone_of("Amy").reads("call (514) 555-0199 back")
    scenario.minutes_pass(3)
    with pytest.raises(StoryFailed, match=r"Amy Roy got a call from .* that was not expected"):
        scenario.ends()


def test_an_error_of_the_carrier_fails_it(scenario: Scenario) -> None:
    scenario.carrier.ledger.errors.append("11200")
    with pytest.raises(StoryFailed, match="The carrier reported an error: 11200"):
        scenario.ends()


def test_other_words_than_the_story_expects_fail_it(scenario: Scenario) -> None:
    call = scenario.caller(CUSTOMER).dials("direct")
    with pytest.raises(StoryFailed, match=r"does not hear 'the weather', but: .*leave a message"):
        call.hears("the weather")
    amy = scenario.phone_of("Amy Roy")
    with pytest.raises(StoryFailed, match="phone does not ring"):
        amy.is_rung(within=timedelta(seconds=1))
    with pytest.raises(StoryFailed, match="gets no text"):
        scenario.phone_of("Sue").reads("anything", within=timedelta(seconds=1))
    with pytest.raises(StoryFailed, match="has no text with a code"):
        scenario.phone_of("Sue").texts("{code}")


def test_a_call_that_never_rings_is_noticed_too(scenario: Scenario) -> None:
    amy = scenario.phone_of("Amy")
    with pytest.raises(StoryFailed, match="Nobody calls Amy Roy"):
        amy.is_dialed(within=timedelta(seconds=1))
    amy.phone.habit = Habit.NO_SUCH_NUMBER
    leaves_a_message(scenario)
    amy.reads("call (514) 555-0199 back")
    call = amy.is_dialed(within=timedelta(minutes=4))
    assert call.leg.call.rang_at is None
    with pytest.raises(StoryFailed, match="phone does not ring"):
        amy.is_rung(within=timedelta(seconds=1))


def test_the_transcript_is_in_the_order_of_time(scenario: Scenario) -> None:
    leaves_a_message(scenario)
    scenario.phone_of("Amy").reads("call (514) 555-0199 back")
    lines = scenario.transcript(scenario.service.desk.zone)
    assert lines[0] == "22:12:00  Customer (514) 555-0199 dials the direct line, (514) 845-8474"
    assert "Amy Roy                 reads: " in lines[-1]
    assert lines == sorted(lines, key=lambda line: line[:8])


def test_a_far_jump_goes_stretch_by_stretch(scenario: Scenario) -> None:
    began = scenario.clock.now()
    scenario.catch_up(began + STRETCH + timedelta(minutes=1))
    assert scenario.clock.now() == began + STRETCH
