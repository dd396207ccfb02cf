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
    """Amy has taken the callback of Saturday, 22:12, and tried it in vain on three days."""
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    for evening in ("2026-11-28T22:20", "2026-11-29T20:00", "2026-11-30T20:00"):
        desk.clock_moves_to(evening)
        amy.texts("na {code}").reads("no answer")
    return amy


def only(session: Session) -> Callback:
    return session.scalars(select(Callback)).one()


def state_at(desk: ScenarioDesk, desk_clock: str) -> CallbackState:
    desk.clock_moves_to(desk_clock)
    desk.scenario.settle()
    return desk.callback.state


def test_it_closes_by_itself_when_the_desk_next_opens_and_its_owner_is_told(desk: ScenarioDesk, amy: Person) -> None:
    ahead = next_of(desk.callback, None, desk.service.desk.zone, desk.now)
    assert ahead == "closes by itself Fri 4 Dec 08:30 unless the customer gets in touch"
    assert state_at(desk, "2026-12-03T22:30") == CallbackState.OPEN  # the five days are over, and Amy is asleep
    assert state_at(desk, "2026-12-04T08:29:59") == CallbackState.OPEN
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.CLOSED
    amy.reads("was closed automatically", "(514) 555-0199")
    assert standing_of(desk.callback, desk.service.desk.callback.at_risk, desk.now)[0] == "closed by itself"
    assert desk.log_says("3 unsuccessful attempts and 5 days without contact")


def test_a_customer_who_calls_again_starts_it_again(desk: ScenarioDesk, amy: Person) -> None:
    desk.clock_moves_to("2026-12-03T10:00")
    desk.customer().dials("direct").hangs_up()
    desk.scenario.settle()
    for phone in (amy, desk.phone_of("Ben"), desk.phone_of("Cleo")):
        phone.ignore_so_far()
    desk.clock_moves_to("2026-12-09T10:00")
    desk.scenario.settle()
    assert {callback.state for callback in desk.callbacks()} == {CallbackState.OPEN}


@pytest.mark.parametrize("tries", [2, 3])
def test_being_reached_starts_it_again(desk: ScenarioDesk, amy: Person, tries: int) -> None:
    amy.texts("cont {code}").reads("")
    for _ in range(tries):
        desk.clock_moves_to(f"2026-12-01T1{_}:00")
        amy.texts("na {code}").reads("no answer")
    assert state_at(desk, "2026-12-05T10:00") == CallbackState.OPEN
    if tries == 3:
        assert state_at(desk, "2026-12-07T08:30") == CallbackState.CLOSED  # Saturday's five days end on a Monday
        amy.reads("was closed automatically")
    else:
        assert state_at(desk, "2027-01-04T10:00") == CallbackState.OPEN


def test_one_that_has_become_critical_stays_open(desk: ScenarioDesk, amy: Person) -> None:
    service = desk.service
    desk.edit(
        lambda session, _: supervisor_acts(
            session, service.desk, only(session), SetPriority(PriorityLevel.P1), WHO, desk.now
        )
    )
    assert state_at(desk, "2026-12-14T10:00") == CallbackState.OPEN


def test_one_that_somebody_reopens_counts_anew(desk: ScenarioDesk, amy: Person) -> None:
    assert state_at(desk, "2026-12-04T08:30") == CallbackState.CLOSED
    amy.reads("was closed automatically")
    service = desk.service
    desk.edit(
        lambda session, _: supervisor_acts(session, service.desk, only(session), Reopen("He called me."), WHO, desk.now)
    )
    amy.reads("reopened", "(He called me.). It is yours: call (514) 555-0199")
    assert state_at(desk, "2026-12-14T10:00") == CallbackState.OPEN
