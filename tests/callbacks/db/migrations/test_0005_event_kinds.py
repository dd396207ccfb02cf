"""Schema 0005: events named in English words get a kind, and keep their row and their meaning."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.migrations import check_schema, migrate
from callbacks.db.tables import Event
from callbacks.records.event_log import record_event
from tests.callbacks.db.migrations.earlier import database_at, insert

BEGAN = datetime(2026, 11, 20, 3, tzinfo=UTC)
STEP = importlib.import_module("callbacks.db.migrations.versions.0005_event_kinds")
# What a released version wrote (`what`, `detail`), and what it must become (kind, step, detail).
BEFORE_AND_AFTER = [
    *((words, f"about {words}", kind, None, f"about {words}") for words, kind in STEP.KINDS.items()),
    *(("menu", choice, kind, None, "") for choice, kind in STEP.MENU_CHOICES.items()),
    ("step 1", "Policy default, step 1 of 9.", "step", 1, "Policy default, step 1 of 9."),
    ("step 3", "", "step", 3, ""),
    ("step 1204", "again", "step", 1204, "again"),
    ("step aside", "", "other", None, "step aside"),
    ("step ", "no number", "other", None, "step : no number"),
    ("said in the console", "Ben resolved it: 100 %", "other", None, "said in the console: Ben resolved it: 100 %"),
    ("menu", "sixth floor", "other", None, "menu: sixth floor"),
]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of the release before, with an event for every word that it wrote."""
    database = database_at(database_url, "0003")
    insert(database, {"calls": [CALL], "events": [event(what, detail) for what, detail, *_ in BEFORE_AND_AFTER]})
    yield database
    database.close()


CALL = {
    "sid": "CA1",
    "line": "direct",
    "caller": "+15145550199",
    "caller_name": "",
    "began_at": BEGAN,
    "language": "en",
    "is_open": False,
    "hours_reason": "",
    "attestation": "",
    "outcome": "voicemail",
}


def event(what: str, detail: str) -> dict[str, Any]:
    return {"call_sid": "CA1", "at": BEGAN, "actor": "Amy Roy", "what": what, "detail": detail}


def test_every_event_keeps_its_row_and_its_meaning(database: Database) -> None:
    migrate(database)
    check_schema(database)
    events = database.read(lambda session: session.scalars(select(Event).order_by(Event.id)).all())
    assert [(event.id, event.kind.value, event.step, event.detail) for event in events] == [
        (row, kind, step, detail) for row, (_, _, kind, step, detail) in enumerate(BEFORE_AND_AFTER, start=1)
    ]
    assert {(event.contact_sid, event.at, event.actor) for event in events} == {("CA1", BEGAN, "Amy Roy")}


@pytest.mark.parametrize(
    "change", ["UPDATE events SET detail = 'x'", "UPDATE events SET kind = 'note'", "DELETE FROM events"]
)
def test_events_still_cannot_be_changed(database: Database, change: str) -> None:
    migrate(database)
    with pytest.raises(DBAPIError, match="rows of events are only ever added"), database.engine.begin() as connection:
        connection.exec_driver_sql(change)


def test_audit_entries_still_cannot_be_changed(database: Database) -> None:
    insert(database, {"audit": [{"at": BEGAN, "who": "sue", "what": "x", "detail": "", "seal": ""}]})
    migrate(database)
    with pytest.raises(DBAPIError, match="rows of audit are only ever added"), database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit")


def test_new_events_follow_those_of_the_release_before(database: Database) -> None:
    migrate(database)
    later = BEGAN + timedelta(days=1)
    database.write(lambda session: record_event(session, "CA1", later, "Amy Roy", EventKind.STEP, "why", step=2))
    last = database.read(lambda session: session.scalars(select(Event).order_by(Event.id.desc())).first())
    assert last is not None
    assert (last.id, last.kind, last.step) == (len(BEFORE_AND_AFTER) + 1, EventKind.STEP, 2)
