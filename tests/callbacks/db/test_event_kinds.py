"""Events of the release before, which named them in English words, keep their row and their meaning."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.migrations import check_schema, migrate
from callbacks.db.tables import Event
from callbacks.records.event_log import record_event

BEGAN = datetime(2026, 11, 20, 3, tzinfo=UTC)
STEP = importlib.import_module("callbacks.db.migrations.versions.0005_event_kinds")
# What a released version wrote, and what has to come of it: kind, step, detail.
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
    """A database of the release before, with an event under every word that it knew."""
    database = Database(database_url, UNHURRIED)
    with database.engine.begin() as connection:
        _drop_everything(connection)
    migrate(database, "0003")
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO calls (sid, line, caller, caller_name, began_at, language, is_open, hours_reason, "
                "attestation, outcome) VALUES ('CA1', 'direct', '+15145550199', '', '2026-11-20 03:00:00', 'en', "
                "false, '', '', 'voicemail')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO events (call_sid, at, actor, what, detail) "
                "VALUES ('CA1', '2026-11-20 03:00:00', 'Amy Roy', :what, :detail)"
            ),
            [{"what": what, "detail": detail} for what, detail, *_ in BEFORE_AND_AFTER],
        )
    yield database
    database.close()


def _drop_everything(connection: Connection) -> None:
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for table in reversed(inspect(connection).get_table_names()):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}{cascade}")


def test_every_event_keeps_its_row_and_its_meaning(database: Database) -> None:
    migrate(database)
    check_schema(database)
    events = database.read(lambda session: session.scalars(select(Event).order_by(Event.id)).all())
    assert [(event.id, event.kind.value, event.step, event.detail) for event in events] == [
        (row, kind, step, detail) for row, (_, _, kind, step, detail) in enumerate(BEFORE_AND_AFTER, start=1)
    ]
    assert {(event.call_sid, event.at, event.actor) for event in events} == {("CA1", BEGAN, "Amy Roy")}


@pytest.mark.parametrize(
    "change", ["UPDATE events SET detail = 'x'", "UPDATE events SET kind = 'note'", "DELETE FROM events"]
)
def test_events_still_cannot_be_changed_afterwards(database: Database, change: str) -> None:
    migrate(database)
    with pytest.raises(DBAPIError, match="rows of events are only ever added"), database.engine.begin() as connection:
        connection.exec_driver_sql(change)


def test_audit_entries_still_cannot_be_changed_afterwards(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit (at, who, what, detail, seal) VALUES ('2026-11-20 03:00:00', 'sue', 'x', '', '')"
        )
    migrate(database)
    with pytest.raises(DBAPIError, match="rows of audit are only ever added"), database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit")


def test_the_log_goes_on_after_the_events_of_the_release_before(database: Database) -> None:
    migrate(database)
    later = BEGAN + timedelta(days=1)
    database.write(lambda session: record_event(session, "CA1", later, "Amy Roy", EventKind.STEP, "why", step=2))
    last = database.read(lambda session: session.scalars(select(Event).order_by(Event.id.desc())).first())
    assert last is not None
    assert (last.id, last.kind, last.step) == (len(BEFORE_AND_AFTER) + 1, EventKind.STEP, 2)
