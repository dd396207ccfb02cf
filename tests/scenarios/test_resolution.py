"""A callback whose customer was reached and that stays open: its owner is warned, and hears when it is overdue."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Act
from callbacks.acts.promises import FixInRelease, SetPriority
from callbacks.db.states import CallbackState, PriorityLevel
from callbacks.db.tables import Callback
from ivr.rehearsal.scenario import Person
from tests.acting import supervisor_acts
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

WHO = "sue@example.com"


def supervisor_does(desk: ScenarioDesk, act: Act) -> None:
    def work(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, desk.service.desk, callback, act, WHO, desk.now)

    desk.service.database.write(work)


def reached_at_once(desk: ScenarioDesk, priority: PriorityLevel) -> Person:
    """Amy takes it and reaches the customer, who is not served yet."""
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    supervisor_does(desk, SetPriority(priority))
    amy.texts("{code}").reads("is yours")
    amy.texts("cont {code}").reads("stays open")
    return amy


def test_the_supervisor_and_the_owner_hear_of_a_critical_one_again_and_again(desk: ScenarioDesk) -> None:
    amy, sue = reached_at_once(desk, PriorityLevel.P1), desk.phone_of("Sue")
    desk.clock_moves_to("2026-11-29T01:12")
    desk.scenario.settle()
    amy.reads("is to be resolved by 2:12 a.m.")
    desk.clock_moves_to("2026-11-29T02:12")
    desk.scenario.settle()
    sue.reads_nothing()
    for _ in range(2):
        desk.scenario.minutes_pass(1)
        sue.reads("(P1) should have been resolved by 2:12 a.m.", "Amy Roy has it")
        amy.reads("was to be resolved by 2:12 a.m.", "DONE")
        desk.scenario.minutes_pass(29)
    desk.scenario.minutes_pass(1)
    sue.reads("(P1) should have been resolved")
    amy.reads("was to be resolved")
    amy.texts("done {code}").reads("is resolved")
    desk.scenario.minutes_pass(90)


def test_of_what_is_resolved_in_time_nobody_hears(desk: ScenarioDesk) -> None:
    reached_at_once(desk, PriorityLevel.P1).texts("done {code}").reads("is resolved")
    desk.clock_moves_to("2026-11-29T03:00")
    desk.scenario.minutes_pass(2)


def test_one_that_is_not_critical_wakes_nobody(desk: ScenarioDesk) -> None:
    amy = reached_at_once(desk, PriorityLevel.P3)
    desk.clock_moves_to("2026-12-01T08:29")  # at risk since Monday night
    desk.scenario.settle()
    amy.reads_nothing()
    desk.clock_moves_to("2026-12-01T08:30")
    desk.scenario.settle()
    amy.reads("is to be resolved by 10:12 p.m.")
    desk.clock_moves_to("2026-12-02T08:29")
    desk.scenario.settle()
    amy.reads_nothing()
    desk.clock_moves_to("2026-12-02T08:30")
    desk.scenario.settle()
    amy.reads("was to be resolved by 10:12 p.m.")
    desk.phone_of("Sue").reads_nothing()
    assert desk.callback.state == CallbackState.OPEN


def test_a_release_is_no_promise_any_more_once_it_is_critical(desk: ScenarioDesk) -> None:
    amy, sue = reached_at_once(desk, PriorityLevel.P3), desk.phone_of("Sue")
    for act in (FixInRelease("7.2"), SetPriority(PriorityLevel.P1)):
        desk.scenario.minutes_pass(5)
        supervisor_does(desk, act)
    assert desk.callback.release == ""
    desk.clock_moves_to("2026-11-29T01:12")
    desk.scenario.settle()
    amy.reads("is to be resolved by 2:12 a.m.")
    desk.clock_moves_to("2026-11-29T02:13")
    desk.scenario.settle()
    sue.reads("(P1) should have been resolved by 2:12 a.m.")
    amy.reads("was to be resolved by 2:12 a.m.")
    amy.texts("done {code}").reads("is resolved")
