"""Everybody knows where they stand: whoever was paged hears that it is over, and every text says what is so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.acts.leaving import leave_team
from callbacks.cli.times import desk_time
from callbacks.db.database import locked
from callbacks.db.tables import Callback
from tests.acting import resolves
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
MINUTE = timedelta(seconds=60)


def amy_and_ben_are_paged(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2.5)
    desk.phone_of("Amy").is_rung().lets_it_ring()
    desk.scenario.minutes_pass(2.5)
    desk.phone_of("Ben").reads("call (514) 555-0199 back", "No answer from Amy Roy.", within=MINUTE)


def test_resolved_by_somebody_who_had_not_taken_it_the_others_hear_once_that_it_is_over(desk: ScenarioDesk) -> None:
    amy_and_ben_are_paged(desk)
    callback_id = desk.callback.id
    desk.edit(lambda s, row: resolves(s, desk.service.desk, locked(s, Callback, callback_id), row, desk.now))
    desk.phone_of("Ben").reads("Amy Roy has resolved", "Nothing more for you to do.")
    desk.scenario.minutes_pass(60)


def test_tried_by_somebody_who_had_not_taken_it_the_others_hear_that_they_need_not(desk: ScenarioDesk) -> None:
    amy_and_ben_are_paged(desk)
    desk.phone_of("Amy").texts("cont {code} mails again at nine").reads("customer reached")
    desk.phone_of("Ben").reads("Amy Roy has called the customer of", "Nothing for you to do.")
    assert desk.log_says("mails again at nine")
    desk.scenario.minutes_pass(40)


def test_a_page_after_somebody_passed_it_on_says_so(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    amy.texts("pass {code}").reads("goes to the next person")
    ben.reads("Amy Roy passed it on.")
    ben.texts("{code}").reads("is yours")
    amy.reads("Ben Cole has")
    ben.resolves()
    desk.scenario.minutes_pass(40)


def test_who_is_paged_while_the_customers_phone_is_dialed_hears_that_it_rang(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben, customer = desk.phone_of("Amy"), desk.phone_of("Ben"), desk.customer()
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    desk.scenario.move_to(desk_time(desk.service.desk, "2026-11-28T22:36:40"))  # escalation resumes at 22:37
    desk.scenario.ignore_so_far()
    customer.phone.rings_after = timedelta(seconds=25)
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    ben.reads("Amy Roy took it at 10:13 p.m. and has not called.", within=MINUTE)
    customers = customer.is_rung().answers()
    ben.reads("Amy Roy has called the customer of", "Nothing for you to do.")
    amys.is_connected_to(customers)
    customers.hangs_up()
    amys.hears("How did it go?").presses("1").hears("Resolved").is_hung_up_on()
    desk.scenario.minutes_pass(40)


def test_who_passes_it_on_while_the_customers_phone_rings_has_called(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben, customer = desk.phone_of("Amy"), desk.phone_of("Ben"), desk.customer()
    amy.reads("call (514) 555-0199 back")
    customer.phone.rings_after = timedelta(seconds=5)
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    amy.texts("pass {code}").reads("goes to the next person now")
    ben.reads("Amy Roy passed it on.")
    customers = customer.is_rung()
    ben.reads("Amy Roy has called the customer of", "Nothing for you to do.")
    amys.hangs_up()
    customers.lets_it_ring()
    amy.reads("how did the call to (514) 555-0199 go", within=MINUTE)
    amy.resolves()


def test_of_an_owner_who_left_nobody_says_that_they_did_not_answer(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben, cleo = (desk.phone_of(name) for name in ("Amy", "Ben", "Cleo"))
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    desk.edit(lambda session, row: leave_team(session, row, desk.now))
    ben.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2)
    ben.is_rung().rejects()
    assert "Amy Roy" not in cleo.reads("call (514) 555-0199 back", within=timedelta(minutes=5))
    desk.scenario.ignore_so_far()
    cleo.resolves()
    desk.scenario.ignore_so_far()


def test_when_everybody_on_call_has_passed_it_on_the_supervisor_is_paged_at_once(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).reads("call (514) 555-0199 back")
        desk.phone_of(name).texts("pass {code}").reads("goes to the next person now")
    desk.phone_of("Cleo").ignore_so_far()  # her phone rang with the text
    sue = desk.phone_of("Sue")
    sue.reads("call (514) 555-0199 back by 10:42 p.m.", "passed it on")
    sue.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(1)
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).reads("Sue Tran has")
    sue.resolves()


def test_an_ok_is_asked_back_and_the_code_takes_it(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("ok").reads(f"to take {desk.callback.reference}, (514) 555-0199")
    assert desk.callback.owner is None
    amy.texts(f"who {desk.callback.reference}").reads("Nobody has")
    amy.texts("{code}").reads("is yours")
    amy.resolves()
    desk.scenario.minutes_pass(40)


@pytest.mark.parametrize("by", ["word", "key"])
def test_the_customer_asks_for_a_manager_who_takes_it_from_the_owner(desk: ScenarioDesk, by: str) -> None:
    desk.leaves_a_message()
    amy, cleo = desk.phone_of("Amy"), desk.phone_of("Cleo")
    amy.reads("call (514) 555-0199 back")
    if by == "word":
        amy.texts("{code}").reads("is yours")
        amy.texts("manager {code} third time this week").reads("the manager gets a text")
        cleo.reads("asks for a manager (third time this week)")
    else:
        desk.scenario.minutes_pass(2.5)
        call = amy.is_rung().answers().hears("Press 0 if the customer asks for a manager").presses("0")
        call.hears("To confirm").presses("1").hears("the manager gets a text").presses("2").hears("To confirm").presses(
            "1"
        ).hears("is yours")
        cleo.reads("asks for a manager. Ref")
    cleo.texts("{code}").reads("is yours")
    amy.reads("Cleo Martin has")
    assert desk.log_says("asked for a manager")
    assert desk.log_says("responded as the manager who was asked for")
    cleo.resolves()
    desk.scenario.minutes_pass(40)


def test_a_manager_is_asked_for_by_key_after_the_connection(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, customer = desk.phone_of("Amy"), desk.customer()
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected to").presses("1")
    customers = customer.is_rung().answers()
    amys.is_connected_to(customers).waits(5)
    customers.hangs_up()
    amys.hears("Press 0 if the customer asks for a manager").presses("0").hears("the manager gets a text")
    amys.hears("How did it go?").presses("1").hears("Resolved").is_hung_up_on()
    desk.phone_of("Cleo").reads("asks for a manager")
    desk.phone_of("Cleo").reads("Amy Roy has resolved")
    desk.scenario.minutes_pass(40)
