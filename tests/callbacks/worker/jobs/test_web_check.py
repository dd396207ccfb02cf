"""Whether a web server answers at PUBLIC_URL, as a worker sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import Page
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs.web_check import WebCheck
from sla.clock import MovingClock
from tests.callbacks.worker.jobs.web_server import Answering, answering

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def web() -> Iterator[Answering]:
    with answering() as state:
        yield state


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOON)


@pytest.fixture
def check(database: Database, web: Answering, clock: MovingClock) -> WebCheck:
    def add_sue(session: Session) -> None:
        sue = technicians.add_technician(session, "Sue Tran", "+15145550104", NOON, verified=True)
        store.add_shift(session, DESK, sue, "supervisor", None, None, NOON)

    database.write(add_sue)
    return WebCheck(database, DESK, web.url, clock)


def runs(check: WebCheck, clock: MovingClock, times: int) -> None:
    for _ in range(times):
        check.run()
        clock.pass_time(MINUTE)


def alerts(database: Database) -> list[str]:
    return list(database.read(lambda session: session.scalars(select(Page.words)).all()))


def test_it_asks_whether_the_process_is_up(check: WebCheck, web: Answering) -> None:
    check.run()
    assert web.paths == ["/healthz"]


def test_two_minutes_without_an_answer_are_an_alarm_once(
    database: Database, check: WebCheck, web: Answering, clock: MovingClock
) -> None:
    check.run()
    web.status = 502  # as a proxy without its server answers
    runs(check, clock, 2)
    assert alerts(database) == []
    runs(check, clock, 10)
    (alert,) = alerts(database)
    assert f"{web.url} has not answered since" in alert


def test_after_an_answer_the_next_outage_is_an_alarm_of_its_own(
    database: Database, check: WebCheck, web: Answering, clock: MovingClock
) -> None:
    for status in (200, 502, 200, 502):
        web.status = status
        runs(check, clock, 4)
    assert len(alerts(database)) == 2


def test_a_url_that_never_answered_here_is_no_alarm(
    database: Database, check: WebCheck, web: Answering, clock: MovingClock
) -> None:
    web.status = 404
    runs(check, clock, 10)
    assert alerts(database) == []
