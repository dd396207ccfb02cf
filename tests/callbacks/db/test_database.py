"""The database: instants are aware, and a transaction runs again after a transient error."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database, insert_once
from callbacks.db.tables import Callback, Watermark

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_an_instant_comes_back_aware_and_the_same(database: Database) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    database.write(lambda session: session.add(Watermark(name="x", at=there)))
    found = database.read(lambda session: session.scalars(select(Watermark)).one()).at
    assert (found, found.tzinfo) == (NOON, UTC)


def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        database.write(lambda session: session.add(Watermark(name="x", at=datetime(2026, 1, 1))))  # noqa: DTZ001


def test_a_row_is_inserted_once(database: Database) -> None:
    assert [database.write(lambda s: insert_once(s, Watermark, name="x", at=NOON)) for _ in range(3)] == [
        True,
        False,
        False,
    ]


def test_concurrent_writers_that_read_first_all_succeed(database: Database) -> None:
    database.write(lambda session: session.add(Watermark(name="count", at=NOON)))
    faults = list[BaseException]()

    def add_a_second(session: Session) -> None:
        row = session.get_one(Watermark, "count", with_for_update=True)
        row.at += timedelta(seconds=1)

    def run() -> None:
        try:
            for _ in range(15):
                database.write(add_a_second)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert database.read(lambda session: session.get_one(Watermark, "count")).at == NOON + timedelta(seconds=60)


def test_a_transaction_runs_again_from_its_start_after_a_transient_error(sqlite_url: str) -> None:
    database, tries = Database(sqlite_url, UNHURRIED), list[int]()

    def work(session: Session) -> str:
        tries.append(1)
        session.add(Watermark(name=f"try {len(tries)}", at=NOON))
        session.flush()
        if len(tries) < 3:
            raise OperationalError("", {}, Exception("database is locked"))
        return "done"

    assert database.write(work) == "done"
    assert database.read(lambda session: session.scalars(select(Watermark.name)).all()) == ["try 3"]
    database.close()


def test_a_database_that_cannot_be_reached_is_an_error() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(OperationalError):
        database.read(lambda session: session.execute(text("SELECT 1")))
    assert create_engine("sqlite://")
    database.close()


def test_a_value_that_an_enum_lacks_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="not among the defined enum values"):
        database.read(lambda session: session.scalars(select(Callback).where(Callback.state == "opened")).all())
