"""The log that nobody can edit: the database refuses it, and a broken chain shows."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.removals import record_removal
from callbacks.db.sqlite import sqlite
from callbacks.db.states import SealScheme
from callbacks.db.tables import AuditEntry, EventSeal
from callbacks.inbound import calls
from callbacks.records import audit_log
from callbacks.records.event_log import record_event
from callbacks.records.log_check import check_entries

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def two_rows_each(session: Session) -> None:
    """Two rows in each table that only grows."""
    call = calls.record_call(
        session, calls.Arrival("CA9", "direct", "", "en", False, "", "TN-Validation-Passed-A"), BEGAN
    )
    record_event(session, call.sid, BEGAN, "sue@example.com", EventKind.NOTE, "something")
    for n in (1, 2):
        audit_log.note(session, BEGAN, "sue@example.com", "did something", call.sid)
        session.add(seal_up_to(n))


def seal_up_to(number: int) -> EventSeal:
    counted = {"last_event_id": number, "events": number, "last_entry_id": number, "entries": number}
    return EventSeal(at=BEGAN, entry_seal="0" * 64, seal="0" * 64, **counted)


@pytest.mark.parametrize("table", ["audit", "events", "event_seals"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = NULL", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_written(database: Database, table: str, act: str) -> None:
    database.write(two_rows_each)
    with pytest.raises(DBAPIError, match="only ever added"):
        database.write(lambda session: session.execute(text(act.format(table))))


# By each of these SQLite would replace a row, or make it another's, without a delete trigger.
REPLACEMENTS = [
    "INSERT OR REPLACE INTO {table} SELECT {columns} FROM {table} WHERE id = 1",
    "REPLACE INTO {table} SELECT {columns} FROM {table} WHERE id = 1",
    "INSERT INTO {table} SELECT {columns} FROM {table} WHERE id = 1 ON CONFLICT (id) DO UPDATE SET at = excluded.at",
    "UPDATE OR REPLACE {table} SET id = 1 WHERE id = 2",
]


@pytest.mark.parametrize("table", ["audit", "events", "event_seals"])
@pytest.mark.parametrize("statement", REPLACEMENTS)
def test_sqlite_refuses_to_replace_a_row(sqlite_url: str, table: str, statement: str) -> None:
    database = Database(sqlite_url, UNHURRIED)
    database.write(two_rows_each)
    database.close()
    with closing(sqlite.connect(make_url(sqlite_url).database or "")) as connection:
        found = connection.execute(f"SELECT * FROM {table} ORDER BY id")
        columns = ", ".join(column[0] for column in found.description).replace("at,", "'2026-01-01 00:00:00',", 1)
        before = found.fetchall()
        with pytest.raises(sqlite.DatabaseError, match="only ever added"):
            connection.execute(statement.format(table=table, columns=columns))
        connection.rollback()
        assert connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() == before


@pytest.mark.parametrize("table", ["audit", "events", "event_seals"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {0} SELECT * FROM {0} WHERE id = 1 ON CONFLICT (id) DO UPDATE SET at = excluded.at",
        "TRUNCATE {0} CASCADE",
    ],
)
@pytest.mark.postgres
def test_postgresql_refuses_to_replace_rows_or_to_empty_the_table(
    postgres_url: str, table: str, statement: str
) -> None:
    database = Database(postgres_url, UNHURRIED)
    database.write(two_rows_each)
    with pytest.raises(DBAPIError, match="only ever added"), database.engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))
    database.close()


def noted(database: Database, detail: str | Mapping[str, str]) -> AuditEntry:
    database.write(lambda session: audit_log.note(session, BEGAN, "sue@example.com", "did something", detail))
    return database.read(lambda session: audit_log.latest(session)[0])


def test_each_detail_is_cut_by_itself_so_that_padding_hides_no_other(database: Database) -> None:
    entry = noted(database, {"words": "x" * 100_000, "role": "administrator", "technician": ""})
    assert audit_log.details_of(entry) == {"words": f"{'x' * 254}…", "role": "administrator"}


def test_a_value_cannot_look_like_another_detail(database: Database) -> None:
    value = 'P1", "by": "ada@example.com\n\x00\u202e\ud83d'
    assert audit_log.details_of(noted(database, {"priority": value})) == {"priority": value}
    assert audit_log.details_of(noted(database, "KT-1")) == {"about": "KT-1"}
    assert audit_log.details_of(noted(database, "")) == {}


def test_who_and_what_are_cut_with_a_mark_that_shows_it(database: Database) -> None:
    database.write(lambda session: audit_log.note(session, BEGAN, "s" * 300, "w" * 300))
    (entry,) = database.read(audit_log.latest)
    assert (entry.who, entry.what) == (f"{'s' * 254}…", f"{'w' * 254}…")


def test_what_the_transaction_removed_is_in_its_entry_and_in_no_other(database: Database) -> None:
    def work(session: Session) -> None:
        for what in ("rule 1", "y" * 5000, "rule 3"):
            record_removal(session, what)
        audit_log.note(session, BEGAN, "sue@example.com", "removed", {"number": "1"})

    database.write(work)
    (entry,) = database.read(audit_log.latest)
    expected = {"number": "1", "removed": "rule 1", "removed 2": f"{'y' * 599}…", "removed 3": "rule 3"}
    assert audit_log.details_of(entry) == expected
    assert "removed" not in audit_log.details_of(noted(database, {"number": "1"}))


def test_an_entry_of_an_early_release_and_one_that_was_edited_are_still_shown() -> None:
    early = AuditEntry(scheme=SealScheme.SHA256, detail='{"one": "two"}; three: four')
    assert audit_log.details_of(early) == {"": '{"one": "two"}; three: four'}
    for detail in ("not JSON", "[1]", "7"):
        assert audit_log.details_of(AuditEntry(scheme=SealScheme.HMAC, detail=detail)) == {"": detail}


def test_two_that_write_at_once_do_not_break_the_chain(database: Database) -> None:
    def run(name: str) -> None:
        for n in range(10):
            database.write(partial(audit_log.note, at=BEGAN, who=name, what=f"act {n}"))

    threads = [threading.Thread(target=run, args=(f"{n}@example.com",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = database.read(check_entries)
    assert (found.faults, found.head.count) == ([], 30)
