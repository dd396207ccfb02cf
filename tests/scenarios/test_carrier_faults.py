"""Nights on which the carrier refuses, fails late, or cannot be asked."""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.phones import SmsHabit
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


def steps(desk: ScenarioDesk) -> list[str]:
    return [line for line in desk.log() if line.startswith("desk took step")]


def test_while_texts_are_refused_the_phone_rings_at_once_and_the_callback_is_taken_by_key(desk: ScenarioDesk) -> None:
    desk.fails("messages", "account", times=100_000)
    desk.leaves_a_message()
    sues, amys = desk.phone_of("Sue").is_rung(), desk.phone_of("Amy").is_rung()
    amys.answers().hears("Press 1 to hear the message").presses("2").hears("To confirm").presses("1")
    sues.answers().hears("no texts can be sent").hears("Only you can fix this").hangs_up()
    assert desk.callback.owner is not None
    assert desk.callback.owner.name == "Amy Roy"
    desk.carrier.faults.clear()
    desk.scenario.minutes_pass(2)
    assert [m for m in desk.carrier.ledger.messages if "call (514) 555-0199 back" in m.body] == []
    desk.scenario.ignore_so_far()


def test_while_the_account_is_suspended_no_step_and_nobody_is_used_up(desk: ScenarioDesk) -> None:
    desk.fails("sending", "account", times=100_000)
    desk.leaves_a_message()
    desk.scenario.minutes_pass(29)
    assert len(steps(desk)) == 1
    assert {page.technician.name for page in desk.pages() if page.code} == {"Amy Roy"}
    assert not any(page.technician.troubles for page in desk.pages())
    desk.carrier.faults.clear()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", within=timedelta(seconds=90))
    amy.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(2)
    called = [call.to for call in desk.carrier.ledger.calls if call.direction != "inbound"]
    assert called.count("+15145550101") <= 1
    desk.scenario.ignore_so_far()
    amy.resolves()
    desk.scenario.minutes_pass(5)
    desk.scenario.ignore_so_far()


def test_a_failure_whose_report_is_lost_is_found_by_asking(desk: ScenarioDesk) -> None:
    amy = desk.phone_of("Amy")
    amy.phone.sms_habit = SmsHabit.LANDLINE
    desk.fails("message-status", "lost", times=100)
    desk.leaves_a_message()
    desk.scenario.minutes_pass(2.8)
    assert not desk.log_says("this is a landline")
    amy.is_rung(within=timedelta(minutes=1)).lets_it_ring()
    desk.scenario.minutes_pass(2)
    assert desk.log_says("this is a landline")
    assert amy_troubles(desk) == ["text first"]
    desk.scenario.minutes_pass(2)
    desk.scenario.ignore_so_far()


def amy_troubles(desk: ScenarioDesk) -> list[str]:
    found: list[str] = []
    desk.edit(lambda _, amy: found.extend(amy.troubles))
    return found


def test_a_carrier_that_cannot_be_asked_for_five_minutes_is_an_alarm_once(desk: ScenarioDesk) -> None:
    sue = desk.phone_of("Sue")
    desk.scenario.minutes_pass(0.5)
    desk.fails("lists", "500", times=100_000)
    desk.scenario.minutes_pass(4)
    sue.reads_nothing()
    sue.reads("could not be asked for missed calls and messages since", within=timedelta(minutes=3))
    desk.scenario.minutes_pass(10)
    sue.reads_nothing()
    desk.carrier.faults.clear()
    desk.scenario.minutes_pass(2)
