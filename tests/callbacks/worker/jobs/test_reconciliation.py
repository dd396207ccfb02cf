"""Reconciliation: when the carrier is asked. What it then stores is tested in the scenarios of lost webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Carrier, CarrierCall, CarrierRecording
from callbacks.settings import Settings
from callbacks.worker.jobs.reconciliation import EVERY, MARK, OVERLAP, Reconciliation
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Silent(Carrier):
    """A carrier that has nothing new, or cannot be asked."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.asked_since: list[datetime] = []
        self.is_away = False

    def recordings(self, since: datetime) -> Iterator[CarrierRecording]:
        self.asked_since.append(since)
        if self.is_away:
            raise CarrierError("The carrier could not be reached: no connection.")
        return iter(())

    def calls_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        return iter(())


@pytest.fixture
def carrier() -> Silent:
    return Silent()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOON)


@pytest.fixture
def job(database: Database, carrier: Silent, clock: MovingClock) -> Reconciliation:
    return Reconciliation(database, carrier, DESK, clock)


def test_it_is_due_at_once_and_then_every_two_minutes(job: Reconciliation, carrier: Silent, clock: MovingClock) -> None:
    assert job.next_due_at() == NOON
    job.run()
    assert job.next_due_at() == NOON + EVERY
    clock.pass_time(EVERY)
    job.run()
    assert carrier.asked_since == [NOON - OVERLAP, NOON - OVERLAP]


def test_after_an_outage_it_asks_from_before_it(job: Reconciliation, carrier: Silent, clock: MovingClock) -> None:
    job.run()
    clock.pass_time(timedelta(hours=9))
    job.run()
    assert carrier.asked_since[-1] == NOON - OVERLAP


def test_a_run_that_fails_leaves_the_mark_where_it_was(
    job: Reconciliation, carrier: Silent, clock: MovingClock, database: Database
) -> None:
    job.run()
    carrier.is_away = True
    clock.pass_time(EVERY)
    job.run()
    assert database.read(lambda session: marks.last_at(session, MARK)) == NOON
    assert job.next_due_at() <= clock.now()


def test_a_clock_that_was_set_back_delays_nothing(job: Reconciliation, carrier: Silent, database: Database) -> None:
    database.write(lambda session: marks.record(session, MARK, NOON + timedelta(hours=1)))
    assert job.next_due_at() == NOON
    job.run()
    assert carrier.asked_since == [NOON - OVERLAP]
    assert job.next_due_at() == NOON + EVERY
