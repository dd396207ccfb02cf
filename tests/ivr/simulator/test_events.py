"""Events happen in order of time, and only when they are run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator.events import EventQueue
from sla.clock import MovingClock
from tests.ivr.simulator.simulation import STARTS_AT

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(STARTS_AT)


@pytest.fixture
def events(clock: MovingClock) -> EventQueue:
    return EventQueue(clock)


def test_events_run_in_order_of_time_then_of_addition(events: EventQueue, clock: MovingClock) -> None:
    ran: list[str] = []
    events.later(2 * SECOND, lambda: ran.append("last"))
    events.later(SECOND, lambda: ran.append("second"))
    events.soon(lambda: ran.append("first"))
    events.later(SECOND, lambda: ran.append("third"))
    clock.pass_time(2 * SECOND)
    assert ran == []
    events.run_due()
    assert ran == ["first", "second", "third", "last"]


def test_an_event_waits_for_its_instant(events: EventQueue, clock: MovingClock) -> None:
    ran: list[str] = []
    events.later(SECOND, lambda: ran.append("event"))
    assert events.next_event_at == STARTS_AT + SECOND
    clock.pass_time(SECOND / 2)
    events.run_due()
    assert ran == []
    clock.pass_time(SECOND / 2)
    events.run_due()
    assert ran == ["event"]
    assert events.next_event_at is None


def test_an_event_that_is_added_by_another_one_runs_in_the_same_go(events: EventQueue) -> None:
    ran: list[str] = []
    events.soon(lambda: events.soon(lambda: ran.append("added")))
    events.run_due()
    assert ran == ["added"]
