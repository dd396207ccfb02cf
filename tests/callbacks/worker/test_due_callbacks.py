"""Due callbacks: each is decided, the earliest deadline first, even when another cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import UNHURRIED, Database, locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Event
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import look_again_at
from callbacks.worker.due_callbacks import DueCallbacks
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(BEGAN + 10 * MINUTE)


def owe(database: Database, began_at: datetime, **values: Any) -> int:
    """Store a callback that is due for a decision, with other values in some columns. Return its id."""

    def work(session: Session) -> int:
        sid = f"CA{began_at:%H%M%S}{values}"[:40]
        arrival = calls.Arrival(sid, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        call = calls.record_call(session, arrival, began_at)
        call.is_separate = True
        callback = open_callback(session, DESK, call, began_at)
        callback.next_action_at = began_at
        for name, value in values.items():
            setattr(callback, name, value)
        return callback.id

    return database.write(work)


class Decisions:
    """Decides a callback by noting it and looking again in a minute. Fails for the callback that is `broken`."""

    def __init__(self, database: Database, clock: MovingClock) -> None:
        self.ids, self.broken = list[int](), 0
        self.job = DueCallbacks(database, clock, self.decide)

    def decide(self, session: Session, callback: Callback, now: datetime) -> None:
        if callback.id == self.broken:
            raise RuntimeError("this row makes no sense")
        self.ids.append(callback.id)
        look_again_at(callback, now + MINUTE)


@pytest.fixture
def decisions(database: Database, clock: MovingClock) -> Decisions:
    return Decisions(database, clock)


def test_the_earliest_deadline_is_decided_first(database: Database, decisions: Decisions) -> None:
    second, first = owe(database, BEGAN + MINUTE), owe(database, BEGAN)
    assert not decisions.job.run()
    assert decisions.ids == [first, second]


def test_what_is_closed_or_not_due_is_left_alone(database: Database, clock: MovingClock, decisions: Decisions) -> None:
    owe(database, BEGAN + SECOND, state=CallbackState.RESOLVED)
    owe(database, BEGAN + 2 * SECOND, next_action_at=clock.now() + SECOND)
    owe(database, BEGAN + 3 * SECOND, next_action_at=None)
    decisions.job.run()
    assert decisions.ids == []
    assert decisions.job.next_due_at() == clock.now() + SECOND


def test_without_callbacks_nothing_is_due(decisions: Decisions) -> None:
    assert decisions.job.next_due_at() is None
    assert not decisions.job.run()


def test_what_cannot_be_decided_waits_a_minute_and_the_others_are_decided(
    database: Database, clock: MovingClock, decisions: Decisions, caplog: pytest.LogCaptureFixture
) -> None:
    decisions.broken, whole = owe(database, BEGAN), owe(database, BEGAN + MINUTE)
    decisions.job.run()
    assert decisions.ids == [whole]
    assert "a callback could not be decided" in caplog.text
    row = database.read(lambda session: session.get_one(Callback, decisions.broken))
    assert row.next_action_at == clock.now() + MINUTE
    logged = select(Event.id).where(Event.contact_sid == row.contact_sid, Event.kind == EventKind.DECISION_FAILED)
    assert database.read(lambda session: session.scalar(logged))


def test_many_are_decided_in_several_runs(
    database: Database, decisions: Decisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.worker.due_callbacks.MOST", 2)
    ids = [owe(database, BEGAN + n * SECOND) for n in range(5)]
    assert [decisions.job.run() for _ in range(4)] == [True, True, False, False]
    assert decisions.ids == ids


@pytest.mark.parametrize("change", [{"state": CallbackState.RESOLVED}, {"next_action_at": BEGAN + 60 * MINUTE}])
def test_what_changes_after_it_was_found_is_not_decided(
    sqlite_url: str, clock: MovingClock, change: dict[str, Any]
) -> None:
    database = Database(sqlite_url, UNHURRIED)
    first, second = owe(database, BEGAN), owe(database, BEGAN + MINUTE)
    decisions = Decisions(database, clock)

    def decide_and_change_the_next(session: Session, callback: Callback, now: datetime) -> None:
        decisions.decide(session, callback, now)
        for name, value in change.items():
            setattr(session.get_one(Callback, second), name, value)

    DueCallbacks(database, clock, decide_and_change_the_next).run()
    assert decisions.ids == [first]
    database.close()


def test_what_another_worker_is_deciding_is_skipped(postgres_url: str, clock: MovingClock) -> None:
    database = Database(postgres_url)
    ids = [owe(database, BEGAN), owe(database, BEGAN + MINUTE)]
    decisions = Decisions(database, clock)

    def while_it_is_locked(session: Session) -> None:
        locked(session, Callback, ids[0])
        decisions.job.run()

    database.write(while_it_is_locked)
    assert decisions.ids == ids[1:]
    database.close()
