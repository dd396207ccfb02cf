"""A customer who falls silent: tried three times in vain and unheard for five days, and never by age alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.closing import Reopen
from callbacks.acts.promises import SetPriority
from callbacks.console.callbacks.screen import next_of, standing_of
from callbacks.db.states import CallbackState, PriorityLevel
from callbacks.db.tables import Callback
from ivr.rehearsal.scenario import Person
from tests.acting import supervisor_acts
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

WHO = "sue@example.com"


@pytest.fixture
def amy(desk: ScenarioDesk) -> Person:
    """Amy has taken the callback of Saturday, 22:12, and tried it in vain three times in that night."""
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    for evening in ("2026-11-28T22:20", "2026-11-28T22:30", "2026-11-28T23:00"):
        desk.clock_moves_to(evening)
        amy.texts("na {code}").reads("no answer")
    return amy


def days_pass(desk: ScenarioDesk, amy: Person, *days: str) -> None:
    """On each day Amy is asked to try again when the desk opens, and tries in vain."""
    for day in days:
        desk.clock_moves_to(f"{day}T08:30")
        desk.scenario.settle()
        amy.reads("time to call (514) 555-0199 again")
        amy.texts("na {code}").reads("no answer")


def only(session: Session) -> Callback:
    return session.scalars(select(Callback)).one()


def state_at(desk: ScenarioDesk, desk_clock: str) -> CallbackState:
    desk.clock_moves_to(desk_clock)
    desk.scenario.settle()  # after hours without a sweep, the carrier is asked first
    desk.scenario.settle()
    return desk.callback.state


def test_it_closes_by_itself_when_the_desk_next_opens_and_its_owner_is_told(desk: ScenarioDesk, amy: Person) -> None:
    ahead = next_of(desk.callback, None, desk.service.desk.zone, desk.now)
    assert ahead == "Amy Roy is asked to try again at Mon 30 Nov 08:30"
    days_pass(desk, amy, "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03")
    assert state_at(desk, "2026-12-03T22:30") == CallbackState.OPEN  # the five days are over, and Amy is asleep
    assert state_at(desk, "2026-12-04T08:29:59") == CallbackState.OPEN
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.CLOSED
    amy.reads("was closed automatically", "(514) 555-0199")
    assert standing_of(desk.callback, desk.service.desk.callback.at_risk, desk.now)[0] == "closed by itself"
    assert desk.log_says("3 unsuccessful attempts and 5 days without contact")


def test_a_customer_who_calls_again_starts_it_again(desk: ScenarioDesk, amy: Person) -> None:
    days_pass(desk, amy, "2026-11-30", "2026-12-01", "2026-12-02")
    desk.clock_moves_to("2026-12-02T20:00")
    desk.customer().dials("direct").hangs_up()
    desk.scenario.minutes_pass(15)
    amy.reads("time to call (514) 555-0199 again")
    amy.texts("cont {code}").reads("stays open")
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.OPEN
    desk.scenario.ignore_so_far()


def test_being_reached_starts_it_again(desk: ScenarioDesk, amy: Person) -> None:
    amy.texts("cont {code}").reads("stays open")
    desk.clock_moves_to("2026-11-30T10:00")
    desk.scenario.minutes_pass(1)
    desk.scenario.ignore_so_far()
    for hour in ("10:01", "10:10"):
        desk.clock_moves_to(f"2026-11-30T{hour}")
        amy.texts("na {code}").reads("no answer")
    desk.scenario.ignore_so_far()
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.OPEN, "two attempts since she reached them"
    desk.scenario.ignore_so_far()


def test_one_that_has_become_critical_stays_open(desk: ScenarioDesk, amy: Person) -> None:
    service = desk.service
    desk.edit(
        lambda session, _: supervisor_acts(
            session, service.desk, only(session), SetPriority(PriorityLevel.P1), WHO, desk.now
        )
    )
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.OPEN
    desk.scenario.ignore_so_far()


def test_one_that_somebody_reopens_counts_anew(desk: ScenarioDesk, amy: Person) -> None:
    days_pass(desk, amy, "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03")
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.CLOSED
    amy.reads("was closed automatically")
    service = desk.service
    desk.edit(
        lambda session, _: supervisor_acts(session, service.desk, only(session), Reopen("He called me."), WHO, desk.now)
    )
    amy.reads("reopened", "(He called me.). It is yours: call (514) 555-0199")
    desk.scenario.minutes_pass(15.5)
    amy.reads("time to call (514) 555-0199 again")
    assert state_at(desk, "2026-12-04T08:50") == CallbackState.OPEN
    desk.scenario.ignore_so_far()
