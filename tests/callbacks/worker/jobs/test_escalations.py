"""Escalations: every callback that is due is decided, the first deadline first, whatever is wrong with another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database, locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Event
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.worker.due_callbacks import DueCallbacks
from callbacks.worker.jobs import escalations as module
from callbacks.worker.jobs.escalations import escalations
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(BEGAN + 10 * MINUTE)


def owe(database: Database, began_at: datetime, **values: Any) -> int:
    """A callback that is due for a decision."""

    def work(session: Session) -> int:
        sid = f"CA{began_at:%H%M%S}{values}"[:40]
        arrival = calls.Arrival(sid, "direct", "+15145550199", "en", False, "closed")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, began_at), began_at)
        callback.next_action_at = began_at
        for name, value in values.items():
            setattr(callback, name, value)
        return callback.id

    return database.write(work)


def decided(monkeypatch: pytest.MonkeyPatch, broken: int = 0) -> list[int]:
    """Decide by noting the callback, and fail for a broken one."""
    found: list[int] = []

    def take_next_step(session: Session, desk: Any, callback: Callback, now: datetime) -> None:
        if callback.id == broken:
            raise RuntimeError("this row makes no sense")
        found.append(callback.id)
        callback.next_action_at = now + MINUTE

    monkeypatch.setattr(module, "take_next_step", take_next_step)
    return found


def job(database: Database, clock: MovingClock) -> DueCallbacks:
    return escalations(database, DESK, clock)


def test_the_first_deadline_is_decided_first(
    database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    second, first = owe(database, BEGAN + MINUTE), owe(database, BEGAN)
    found = decided(monkeypatch)
    assert not job(database, clock).run()
    assert found == [first, second]


def test_what_is_tried_closed_or_not_due_is_left_alone(
    database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(database, BEGAN, attempted_at=BEGAN)
    owe(database, BEGAN + SECOND, state=CallbackState.RESOLVED)
    owe(database, BEGAN + 2 * SECOND, next_action_at=clock.now() + SECOND)
    owe(database, BEGAN + 3 * SECOND, next_action_at=None)
    found = decided(monkeypatch)
    job(database, clock).run()
    assert found == []
    assert job(database, clock).next_due_at() == clock.now() + SECOND


def test_what_cannot_be_decided_is_set_aside_for_a_minute_and_the_others_are_decided(
    database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = owe(database, BEGAN), owe(database, BEGAN + MINUTE)
    found = decided(monkeypatch, broken)
    job(database, clock).run()
    assert found == [whole]
    assert "a callback could not be decided" in caplog.text
    row = database.read(lambda session: session.get_one(Callback, broken))
    assert row.next_action_at == clock.now() + MINUTE
    told = select(Event.id).where(Event.call_sid == row.call_sid, Event.kind == EventKind.DECISION_FAILED)
    assert database.read(lambda session: session.scalar(told))


def test_a_storm_is_decided_in_several_goes(
    database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.worker.due_callbacks.MOST", 2)
    ids = [owe(database, BEGAN + n * SECOND) for n in range(5)]
    found, it = decided(monkeypatch), job(database, clock)
    assert [it.run() for _ in range(4)] == [True, True, False, False]
    assert found == ids


def test_what_somebody_else_decides_is_passed_over(
    postgres_url: str, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url)
    ids = [owe(database, BEGAN), owe(database, BEGAN + MINUTE)]
    found = decided(monkeypatch)

    def while_it_is_locked(session: Session) -> None:
        locked(session, Callback, ids[0])
        job(database, clock).run()

    database.write(while_it_is_locked)
    assert found == ids[1:]
    database.close()
