"""Waiting for the customer: one wait at a time, until it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.tables import Waiting
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.waiting import end_wait_for_time, is_waiting, open_wait, start_waiting, wait_for_time

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def test_the_desk_waits_from_the_start_of_a_wait_to_its_end(database: Database) -> None:
    def work(session: Session) -> None:
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)
        assert not is_waiting(session, callback)
        start_waiting(session, callback, BEGAN)
        wait = open_wait(session, callback)
        assert wait is not None
        assert wait.since == BEGAN
        wait.until = BEGAN + timedelta(hours=1)
        assert not is_waiting(session, callback)

    database.write(work)


def test_a_wait_for_a_time_ends_by_itself_or_before_and_is_no_wait_for_a_word(database: Database) -> None:
    def work(session: Session) -> None:
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)
        wait_for_time(session, callback, BEGAN, BEGAN + timedelta(hours=3))
        assert not is_waiting(session, callback)
        end_wait_for_time(session, callback, BEGAN + timedelta(hours=1))
        end_wait_for_time(session, callback, BEGAN + timedelta(hours=2))  # it is over
        waits = session.scalars(select(Waiting)).all()
        assert [(wait.since, wait.until) for wait in waits] == [(BEGAN, BEGAN + timedelta(hours=1))]

    database.write(work)
