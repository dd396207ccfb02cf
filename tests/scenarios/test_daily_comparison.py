"""The morning after: the carrier's log of the day and ours agree, or supervisors hear in what they differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from callbacks.worker import carrier_log
from tests.scenarios.conftest import CUSTOMER_TEXTS, POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def desk(open_desk: Callable[..., ScenarioDesk]) -> ScenarioDesk:
    """A desk that has compared nothing yet, on the first day that it can compare."""
    desk = open_desk("2026-11-27T23:58", customer_texts=CUSTOMER_TEXTS)
    desk.scenario.settle()
    desk.clock_moves_to("2026-11-28T22:00")
    return desk


def lives_a_day(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    desk.customer().reads("will call you back")
    amy.texts("test").reads("A test page is on its way")
    amy.is_rung().answers().waits(20)
    amy.reads("test")
    amy.texts("call {code}").reads("Your phone rings now")
    call = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customer = desk.customer().is_rung().answers()
    call.is_connected_to(customer).waits(20)
    call.hangs_up()
    amy.reads("how did the call", within=timedelta(minutes=3))
    desk.customer().texts("It is the mail server").reads("We added your text")
    amy.reads("It is the mail server")
    amy.resolves()
    desk.scenario.minutes_pass(3)
    desk.scenario.ignore_so_far()


def the_next_morning(desk: ScenarioDesk) -> None:
    desk.clock_moves_to("2026-11-29T10:00")
    desk.scenario.minutes_pass(1)


def test_after_an_ordinary_day_the_logs_agree(desk: ScenarioDesk) -> None:
    lives_a_day(desk)
    assert desk.service.database.read(carrier_log.last_compared) is None
    the_next_morning(desk)
    compared = desk.service.database.read(carrier_log.last_compared)
    assert compared is not None
    assert f"{compared:%Y-%m-%d %H:%M}" == "2026-11-28 05:00"
    assert not desk.service.database.read(carrier_log.has_differed)
    desk.phone_of("Sue").reads_nothing()


def test_a_text_that_somebody_else_sent_with_our_number_is_an_alarm_once(desk: ScenarioDesk) -> None:
    line = desk.service.desk.lines["direct"].number
    sender = desk.service.settings.sender
    stranger = desk.customer("+15145550177")
    sent = desk.carrier.texts.send(stranger.phone.number, sender, "Sale!")
    desk.carrier.texts.send(stranger.phone.number, "+15145550999", "Not our number")
    desk.scenario.minutes_pass(1)
    stranger.ignore_so_far()
    assert line != "+15145550999"
    the_next_morning(desk)
    sue = desk.phone_of("Sue")
    sue.reads("the carrier's log and ours differ for Sat 28 Nov.", f"Texts out: 1 only at the carrier ({sent.sid})")
    assert desk.service.database.read(carrier_log.has_differed)
    desk.scenario.minutes_pass(20)
    sue.reads_nothing()
    desk.clock_moves_to("2026-11-30T10:00")
    desk.scenario.minutes_pass(1)
    assert not desk.service.database.read(carrier_log.has_differed)
