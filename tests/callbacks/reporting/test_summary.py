"""The summary of `report`."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback
from callbacks.reporting.summary import summary
from tests.callbacks.reporting.facts import BEGAN, DESK, HOUR, night


def test_the_summary_counts_by_week_line_and_person(database: Database) -> None:
    database.write(night)
    said = database.read(lambda s: summary(s, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    assert "kept in time 1, missed 1 (50.0 %), open 0; first attempt: median 12 min" in said
    assert "2026-W48" in said
    assert "Amy Roy" in said


def test_a_callback_cancelled_before_an_attempt_does_not_count(database: Database) -> None:
    def cancel_both(session: Session) -> None:
        night(session)
        for callback in session.scalars(select(Callback)):
            callback.state = CallbackState.CANCELLED

    database.write(cancel_both)
    found = database.read(lambda s: summary(s, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    assert "2026-11-28 21:12: 1" in found
    assert "kept in time 1, missed 0 (100.0 %), open 0" in found


def test_callbacks_due_before_the_span_do_not_count(database: Database) -> None:
    database.write(night)
    found = database.read(lambda s: summary(s, DESK.zone, BEGAN + timedelta(minutes=31), BEGAN + 3 * HOUR))
    assert "kept in time 0, missed 1 (0.0 %), open 0; first attempt: median none yet" in found


def test_without_callbacks_there_is_still_a_summary(database: Database) -> None:
    found = database.read(lambda s: summary(s, DESK.zone, BEGAN, BEGAN))
    assert "kept in time 0, missed 0, open 0" in found
