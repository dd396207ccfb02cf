"""The sign of life says when a worker last finished a sweep, and each worker has its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import WorkerSign
from callbacks.worker.health import silence_of_workers
from callbacks.worker.jobs.sign_of_life import SignOfLife
from sla.clock import MovingClock

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def signs(session: Session) -> list[WorkerSign]:
    return list(session.scalars(select(WorkerSign)))


def test_a_sign_keeps_its_start_and_moves_on(database: Database) -> None:
    clock = MovingClock(NOON)
    sign = SignOfLife(database, clock)
    sign.leave()
    clock.pass_time(timedelta(seconds=5))
    sign.leave()
    (found,) = database.read(signs)
    assert (found.started_at, found.swept_at) == (NOON, NOON + timedelta(seconds=5))


def test_two_workers_leave_two_signs(database: Database) -> None:
    for _ in range(2):
        SignOfLife(database, MovingClock(NOON)).leave()
    assert len({sign.worker for sign in database.read(signs)}) == 2


def test_without_a_fresh_sign_the_desk_is_not_ready(database: Database) -> None:
    SignOfLife(database, MovingClock(NOON)).leave()
    late = NOON + timedelta(seconds=61)
    assert database.read(lambda session: silence_of_workers(session, NOON)) is None
    assert "for 61 seconds" in (database.read(lambda session: silence_of_workers(session, late)) or "")
