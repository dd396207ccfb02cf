"""Auto-close looks only at callbacks with an attempt, and closes them when their customer stays silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.states import CallbackState, ReachOutcome
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.people import technicians
from callbacks.worker.jobs.auto_close import auto_close
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TRIED = BEGAN + timedelta(minutes=8)


def tried(database: Database, times: int) -> None:
    """Store a callback whose customer was tried in vain, once a day."""

    def work(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)
        for day in range(times):
            record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", TRIED + day * DAY)

    database.write(work)


def only(database: Database) -> Callback:
    return database.read(lambda session: session.scalars(select(Callback)).one())


def test_a_callback_closes_when_its_customer_stays_silent_after_the_attempts(database: Database) -> None:
    tried(database, 3)
    clock = MovingClock(TRIED + 2 * DAY)
    job = auto_close(database, DESK, clock)
    assert job.next_due_at() == clock.now()  # it was tried just now: see when it would close
    job.run()
    closes_at = job.next_due_at()
    assert closes_at == datetime(2026, 12, 4, 13, 30, tzinfo=UTC)  # five days after the call, when the desk opens
    clock.move_to(closes_at)
    job.run()
    assert (only(database).state, job.next_due_at()) == (CallbackState.CLOSED, None)


def test_a_callback_without_an_attempt_is_left_to_the_escalations(database: Database) -> None:
    tried(database, 0)
    job = auto_close(database, DESK, MovingClock(BEGAN + 30 * DAY))
    assert job.next_due_at() is None
    job.run()
    assert only(database).state == CallbackState.OPEN
