"""Whether the desk is ready: it is while a worker finished a sweep within the last minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.backup.restored import mark_restored
from callbacks.db.database import UNHURRIED, Database
from callbacks.db.tables import WorkerSign
from callbacks.worker.health import silence_of_workers, unready, warnings
from callbacks.worker.jobs.heartbeat import Heartbeat
from sla.clock import MovingClock

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_minute_after_the_last_sweep_the_desk_is_not_ready(database: Database) -> None:
    Heartbeat(database, MovingClock(NOON)).beat()
    late = NOON + timedelta(seconds=61)
    assert database.read(lambda session: silence_of_workers(session, NOON)) is None
    assert "for 61 seconds" in (database.read(lambda session: silence_of_workers(session, late)) or "")


@pytest.mark.parametrize(("seconds", "is_ready"), [(0, True), (60, True), (61, False), (86400, False), (-30, True)])
def test_the_desk_is_ready_for_a_minute_after_a_sweep(database: Database, seconds: int, is_ready: bool) -> None:
    Heartbeat(database, MovingClock(NOON)).beat()
    assert (unready(database, MovingClock(NOON + seconds * SECOND)) is None) is is_ready


def test_the_latest_sweep_of_any_worker_counts(database: Database) -> None:
    def sign(session: Session) -> None:
        for name, swept_at in (("stopped", NOON - timedelta(days=1)), ("running", NOON)):
            session.add(WorkerSign(worker=name, started_at=swept_at, swept_at=swept_at))

    database.write(sign)
    assert unready(database, MovingClock(NOON)) is None


def test_a_desk_that_catches_up_after_a_restore_says_so(database: Database) -> None:
    assert warnings(database, MovingClock(NOON)) == []
    database.write(lambda session: mark_restored(session, NOON))
    (warning,) = warnings(database, MovingClock(NOON))
    assert "nobody is paged" in warning


def test_before_the_first_sweep_it_names_the_command_to_start_a_worker(database: Database) -> None:
    assert "python app.py worker" in (unready(database, MovingClock(NOON)) or "")


def test_a_database_that_does_not_answer_is_named() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nowhere", UNHURRIED)
    problem = unready(database, MovingClock(NOON))
    assert "The database does not answer (OperationalError)" in (problem or "")
    database.close()


def test_a_database_without_a_schema_is_not_ready(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}", UNHURRIED)
    assert "OperationalError" in (unready(database, MovingClock(NOON)) or "")
    database.close()
