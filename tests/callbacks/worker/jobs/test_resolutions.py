"""Resolutions: a critical callback that is not resolved in time is reported once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.opening import open_callback
from callbacks.acts.promises import SetPriority
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind, PriorityLevel, ReachOutcome
from callbacks.db.tables import Callback, Event, Page, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs.resolutions import report_overdue
from tests.acting import supervisor_acts

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("priority", "hours", "expected"),
    [
        ("P1", [3], []),
        ("P1", [5], ["(P1) should have been resolved by"]),
        ("P1", [5, 6, 30], ["(P1) should have been resolved by"]),
        ("P2", [5, 6, 2000], []),  # promised in support hours: nobody is woken
    ],
)
def test_only_a_critical_overdue_resolution_is_reported_and_once(
    database: Database, priority: str, hours: list[int], expected: list[str]
) -> None:
    database.write(lambda session: _tried(session, priority))
    for hour in hours:
        database.write(lambda session, at=BEGAN + hour * HOUR: report_overdue(session, DESK, at))  # type: ignore[misc]
    told = select(Page.words).join(Technician).where(Page.kind == PageKind.ALARM, Technician.name == "Sue Tran")
    found = database.read(lambda session: session.scalars(told).all())
    assert len(found) == len(expected)
    assert all(words in text for words, text in zip(expected, found, strict=True))
    lines = select(Event).where(Event.kind == EventKind.RESOLUTION_OVERDUE)
    assert len(database.read(lambda session: session.scalars(lines).all())) == len(expected)


def _tried(session: Session, priority: str) -> Callback:
    people = [technicians.add_technician(session, name, number, BEGAN, verified=True) for name, number in CREW]
    for row, layer in zip(people, ("primary", "supervisor"), strict=True):
        store.add_shift(session, DESK, row, layer, None, None, BEGAN)
    arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed")
    callback = open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)
    supervisor_acts(session, DESK, callback, SetPriority(PriorityLevel(priority)), "sue@example.com", BEGAN)
    record_attempt(session, callback, people[0], ReachOutcome.NO_ANSWER, "text", BEGAN)
    return callback


CREW = (("Amy Roy", "+15145550101"), ("Sue Tran", "+15145550104"))
