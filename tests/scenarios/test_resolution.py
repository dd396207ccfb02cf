"""A callback that was tried and never resolved: a critical one is told of once its time is over, and once only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.promises import SetPriority
from callbacks.db.states import CallbackState, PriorityLevel
from callbacks.db.tables import Callback, Technician
from tests.acting import supervisor_acts
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

WHO = "sue@example.com"


def tried_at_once(desk: ScenarioDesk, priority: PriorityLevel) -> None:
    desk.leaves_a_message()
    service, amy = desk.service, desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")

    def becomes(session: Session, _: Technician) -> None:
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, service.desk, callback, SetPriority(priority), WHO, desk.now)

    desk.edit(becomes)
    amy.texts("{code}").reads("is yours")
    amy.texts("na {code}").reads("no answer")


def test_the_supervisor_and_the_owner_hear_of_a_critical_one_at_its_deadline(desk: ScenarioDesk) -> None:
    tried_at_once(desk, PriorityLevel.P1)
    desk.clock_moves_to("2026-11-29T02:10")
    desk.scenario.settle()
    desk.phone_of("Sue").reads_nothing()
    desk.clock_moves_to("2026-11-29T02:12")
    desk.scenario.minutes_pass(2)
    desk.phone_of("Sue").reads("(P1) should have been resolved by 2:12 a.m.", "Amy Roy has it")
    desk.phone_of("Amy").reads("was to be resolved by 2:12 a.m.", "DONE")
    desk.scenario.minutes_pass(30)  # once
    desk.phone_of("Amy").resolves()


def test_what_is_resolved_in_time_is_told_to_nobody(desk: ScenarioDesk) -> None:
    tried_at_once(desk, PriorityLevel.P1)
    desk.phone_of("Amy").resolves()
    desk.clock_moves_to("2026-11-29T03:00")
    desk.scenario.minutes_pass(2)


def test_one_that_counts_in_support_hours_wakes_nobody(desk: ScenarioDesk) -> None:
    tried_at_once(desk, PriorityLevel.P3)
    desk.clock_moves_to("2026-12-20T03:00")
    desk.scenario.minutes_pass(2)
    assert desk.callback.state == CallbackState.OPEN
