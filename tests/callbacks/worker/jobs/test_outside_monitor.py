"""HEARTBEAT_URL is requested while all is well, and not otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.worker.jobs.auditor import repair_forgotten
from callbacks.worker.jobs.heartbeat import Heartbeat
from callbacks.worker.jobs.outside_monitor import OutsideMonitor
from sla.clock import MovingClock
from tests.callbacks.worker.jobs.web_server import Answering, answering

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def monitor() -> Iterator[Answering]:
    with answering() as state:
        yield state


def is_well(database: Database, clock: MovingClock) -> None:
    """The worker sweeps, and the auditor finishes."""
    Heartbeat(database, clock).beat()
    database.write(lambda session: repair_forgotten(session, DESK, clock.now()))


def requests_after(database: Database, monitor: Answering, clock: MovingClock) -> list[str]:
    OutsideMonitor(database, f"{monitor.url}/ping/secret", clock).run()
    return monitor.paths


def test_while_all_is_well_it_is_requested_once_a_minute(database: Database, monitor: Answering) -> None:
    clock = MovingClock(NOON)
    for _ in range(6):
        is_well(database, clock)
        requests_after(database, monitor, clock)
        clock.pass_time(30 * SECOND)
    assert monitor.paths == ["/ping/secret"] * 3


def test_before_the_first_audit_it_is_withheld(database: Database, monitor: Answering) -> None:
    clock = MovingClock(NOON)
    Heartbeat(database, clock).beat()
    assert requests_after(database, monitor, clock) == []


def test_when_the_auditor_has_not_finished_lately_it_is_withheld(database: Database, monitor: Answering) -> None:
    clock = MovingClock(NOON)
    is_well(database, clock)
    clock.pass_time(4 * MINUTE)
    Heartbeat(database, clock).beat()
    assert requests_after(database, monitor, clock) == []


def test_when_no_sweep_has_finished_lately_it_is_withheld(database: Database, monitor: Answering) -> None:
    clock = MovingClock(NOON)
    is_well(database, clock)
    clock.pass_time(61 * SECOND)
    assert requests_after(database, monitor, clock) == []


def test_while_something_is_late_it_is_withheld(database: Database, monitor: Answering) -> None:
    clock = MovingClock(NOON)

    def owe_a_callback(session: Session) -> None:
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        open_callback(session, DESK, calls.record_call(session, arrival, NOON), NOON)
        session.flush()
        session.execute(update(Callback).values(next_action_at=NOON))

    database.write(owe_a_callback)
    clock.pass_time(MINUTE)
    is_well(database, clock)
    assert len(requests_after(database, monitor, clock)) == 1
    clock.pass_time(61 * SECOND)
    is_well(database, clock)
    assert len(requests_after(database, monitor, clock)) == 1


def test_a_monitor_that_is_away_or_refuses_stops_nothing(database: Database, monitor: Answering) -> None:
    clock = MovingClock(NOON)
    monitor.status = 500
    is_well(database, clock)
    requests_after(database, monitor, clock)
    clock.pass_time(MINUTE)
    is_well(database, clock)
    OutsideMonitor(database, "http://127.0.0.1:1/ping", clock).run()
    assert monitor.paths == ["/ping/secret"]
