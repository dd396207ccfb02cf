"""A customer who was not reached: somebody tries again, or somebody else is asked, until the customer is served."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.acts.leaving import leave_team
from callbacks.db.states import CallbackState
from ivr.rehearsal.scenario import Person
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def amy(desk: ScenarioDesk) -> Person:
    """Amy takes the callback of Saturday, 22:12, and calls in vain at once."""
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    amy.texts("{code}").reads("is yours")
    amy.texts("na {code}").reads("no answer")
    return amy


def test_the_owner_is_asked_to_try_again_after_a_quarter_of_an_hour(desk: ScenarioDesk, amy: Person) -> None:
    desk.scenario.minutes_pass(14.5)
    desk.scenario.minutes_pass(1)
    amy.reads("time to call (514) 555-0199 again", "You tried at 10:1", "no answer", "CALL", "DONE", "PASS")
    amy.texts("msg {code}").reads("message left")
    desk.scenario.minutes_pass(59)
    desk.scenario.minutes_pass(2)
    amy.reads("time to call (514) 555-0199 again", "left a message")
    amy.texts("done {code}").reads("is resolved")
    desk.scenario.minutes_pass(90)


def test_who_does_not_react_is_passed_over(desk: ScenarioDesk, amy: Person) -> None:
    desk.scenario.minutes_pass(15.5)
    amy.reads("time to call (514) 555-0199 again")
    desk.scenario.minutes_pass(10)
    ben = desk.phone_of("Ben")
    ben.reads("nobody has", "Amy Roy tried at 10:1", "no answer", "Call (514) 555-0199 again", "PASS")
    ben.texts("{code}").reads("is yours")
    amy.reads("Ben Cole has")
    ben.texts("done {code}").reads("is resolved")
    desk.scenario.minutes_pass(90)


def test_passed_after_an_attempt_it_goes_to_the_next_person_now(desk: ScenarioDesk, amy: Person) -> None:
    amy.texts("pass {code}").reads("goes to the next person now")
    desk.scenario.minutes_pass(0.5)
    ben = desk.phone_of("Ben")
    ben.reads("nobody has", "Amy Roy tried at 10:1")
    ben.texts("{code}").reads("is yours")
    amy.reads("Ben Cole has")
    ben.texts("na {code}").reads("no answer")
    desk.scenario.minutes_pass(61)  # the second unsuccessful attempt: the next one is due an hour later
    ben.reads("time to call (514) 555-0199 again")
    ben.texts("done {code}").reads("is resolved")
    desk.scenario.ignore_so_far()


def test_nobody_is_woken_again_for_a_customer_who_was_tried_three_times(desk: ScenarioDesk, amy: Person) -> None:
    desk.scenario.minutes_pass(15.5)
    amy.reads("time to call")
    amy.texts("na {code}").reads("no answer")
    desk.scenario.minutes_pass(60.5)
    amy.reads("time to call")
    amy.texts("na {code}").reads("no answer")
    assert desk.log_says("is waiting for the customer 3 attempts did not reach the customer.")
    desk.clock_moves_to("2026-11-30T08:29:59")
    desk.scenario.settle()
    desk.clock_moves_to("2026-11-30T08:30")
    desk.scenario.settle()
    amy.reads("time to call (514) 555-0199 again")
    amy.texts("done {code}").reads("is resolved")


def test_the_callbacks_of_somebody_who_leaves_go_to_the_next_person(desk: ScenarioDesk, amy: Person) -> None:
    desk.edit(lambda session, row: leave_team(session, row, desk.now))
    desk.scenario.minutes_pass(0.5)
    ben = desk.phone_of("Ben")
    ben.reads("nobody has", "Amy Roy tried at 10:1")
    ben.texts("{code}").reads("is yours")
    ben.texts("done {code}").reads("is resolved")
    assert desk.callback.state is CallbackState.RESOLVED


def test_the_owner_who_gets_no_texts_is_called_and_hears_that_it_is_theirs(desk: ScenarioDesk, amy: Person) -> None:
    troubles: dict[str, str] = {}
    amy.texts("STOP")
    desk.phone_of("Sue").reads("Amy Roy sent STOP")
    desk.scenario.minutes_pass(14.5)
    call = amy.is_rung(timedelta(minutes=1)).answers()
    call.hears("It is time to call a customer on the direct line again. The callback is yours.")
    assert "nobody has" not in " ".join(heard.text for heard in call.leg.heard)
    call.presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    desk.scenario.minutes_pass(1)
    desk.edit(lambda _, row: troubles.update(row.troubles))
    assert list(troubles) == ["text first"]  # an answered call says nothing about texts
    desk.carrier_may_complain = True  # of the answer to somebody who sent STOP
    amy.texts("done {code}")
    desk.scenario.minutes_pass(1)
    amy.ignore_so_far()


def test_an_ok_of_the_owner_who_is_asked_is_answered_with_what_fits(desk: ScenarioDesk, amy: Person) -> None:
    desk.scenario.minutes_pass(15.5)
    amy.reads("time to call (514) 555-0199 again")
    amy.texts("ok").reads("You have", "(514) 555-0199: CALL", "DONE", "NA", "PASS")
    amy.texts("done {code}").reads("is resolved")
