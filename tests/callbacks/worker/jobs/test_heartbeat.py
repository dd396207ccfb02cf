"""The heartbeat: when each worker last finished a sweep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import WorkerSign
from callbacks.worker.jobs.heartbeat import Heartbeat
from sla.clock import MovingClock

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def signs(session: Session) -> list[WorkerSign]:
    return list(session.scalars(select(WorkerSign)))


def test_a_heartbeat_keeps_its_start_and_moves_on(database: Database) -> None:
    clock = MovingClock(NOON)
    heartbeat = Heartbeat(database, clock)
    heartbeat.beat()
    clock.pass_time(timedelta(seconds=5))
    heartbeat.beat()
    (found,) = database.read(signs)
    assert (found.started_at, found.swept_at) == (NOON, NOON + timedelta(seconds=5))


def test_two_workers_have_two_heartbeats(database: Database) -> None:
    for _ in range(2):
        Heartbeat(database, MovingClock(NOON)).beat()
    assert len({sign.worker for sign in database.read(signs)}) == 2
