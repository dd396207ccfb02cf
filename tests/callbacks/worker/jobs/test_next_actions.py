"""Next actions: each open callback takes its next step when it is due, before and after an attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.states import PageKind, ReachOutcome
from callbacks.db.tables import Callback, Page, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs.next_actions import next_actions
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def owe(session: Session) -> Callback:
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
    store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
    arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
    return open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)


def pages(database: Database) -> list[tuple[str, PageKind, int]]:
    query = select(Technician.name, Page.kind, Page.round).join(Page.technician).order_by(Page.id)
    return database.read(lambda session: [(name, kind, round) for name, kind, round in session.execute(query)])


def test_the_next_step_is_taken_when_it_is_due_and_not_before(database: Database) -> None:
    database.write(owe)  # opening a callback takes its first step
    clock = MovingClock(BEGAN)
    job = next_actions(database, DESK, clock)
    job.run()
    assert pages(database) == [("Amy Roy", PageKind.STEP, 1)]
    due_at = job.next_due_at()
    assert due_at is not None
    clock.move_to(due_at)
    job.run()
    assert pages(database) == [("Amy Roy", PageKind.STEP, 1), ("Amy Roy", PageKind.STEP, 2)]
    assert (job.next_due_at() or BEGAN) > due_at


def test_after_an_attempt_nothing_escalates_and_the_owner_is_asked_to_try_again(database: Database) -> None:
    def tried(session: Session) -> None:
        callback = owe(session)
        amy = technicians.technician_named(session, "Amy Roy")
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", BEGAN)

    database.write(tried)
    clock = MovingClock(BEGAN)
    job = next_actions(database, DESK, clock)
    job.run()
    assert job.next_due_at() == BEGAN + timedelta(minutes=15)
    assert pages(database) == [("Amy Roy", PageKind.STEP, 1)]
    clock.move_to(BEGAN + timedelta(minutes=15))
    job.run()
    assert pages(database) == [("Amy Roy", PageKind.STEP, 1), ("Amy Roy", PageKind.TRY_AGAIN, 2)]
