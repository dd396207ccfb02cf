"""The database: instants are aware, and a transaction runs again after a transient error."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database, insert_once, is_transient
from callbacks.db.states import Role
from callbacks.db.tables import Callback, User, Watermark

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


def test_a_snapshot_is_equal_until_somebody_changes_the_database(database: Database, database_url: str) -> None:
    other = Database(database_url, UNHURRIED)
    before = database.snapshot()
    assert database.snapshot() == before
    database.write(lambda session: session.add(Watermark(name="x", at=NOON)))
    after = database.snapshot()
    assert after not in (before, None)
    database.read(lambda session: session.scalars(select(Watermark)).all())
    assert database.snapshot() == after
    other.write(lambda session: session.add(Watermark(name="y", at=NOON)))
    assert database.snapshot() not in (before, after)
    other.close()


def test_a_snapshot_can_be_taken_again_after_closing(database: Database) -> None:
    database.snapshot()
    database.close()
    assert database.snapshot() is not None


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


@pytest.mark.parametrize(
    ("state", "again"),
    [
        *((state, True) for state in ("40P01", "40001", "55P03", "57P01", "57P03", "08006")),
        *((state, False) for state in ("23505", "42P01", "22003")),
    ],
)
def test_of_what_postgresql_reports_only_what_may_succeed_next_time_runs_again(state: str, *, again: bool) -> None:
    """Deadlock, serialization failure, lock not available, shutdown, starting up, connection lost; and other errors."""
    cause = Exception("refused")
    cause.sqlstate = state  # type: ignore[attr-defined]
    assert is_transient(OperationalError("UPDATE", {}, cause)) is again


def test_a_database_that_cannot_be_reached_is_an_error() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(OperationalError):
        database.read(lambda session: session.execute(text("SELECT 1")))
    assert create_engine("sqlite://")
    database.close()


def test_a_value_that_an_enum_lacks_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="not among the defined enum values"):
        database.read(lambda session: session.scalars(select(Callback).where(Callback.state == "opened")).all())


PRIVATE = "only for us@example.com"


def shown(database: Database, work: Callable[[Session], object]) -> str:
    """Return what a log shows of the error that ends a transaction."""

    def flushed(session: Session) -> None:
        work(session)
        session.flush()

    with pytest.raises(SQLAlchemyError) as failure:
        database.write(flushed)
    return "".join(traceback.format_exception(failure.value))


def a_user() -> User:
    return User(email=PRIVATE, password_hash=PRIVATE, role=Role.READER, created_at=NOON)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("INSERT INTO users (email, password_hash) VALUES (:private, :private)", "users"),
        ("SELECT * FROM nowhere WHERE email = :private", "nowhere"),
        ("UPDATE events SET words = :private", "UPDATE events"),
    ],
)
def test_an_error_shows_no_value_that_it_was_given(database: Database, statement: str, named: str) -> None:
    found = shown(database, lambda session: session.execute(text(statement), {"private": PRIVATE}))
    assert "only for us" not in found
    assert named in found


def test_a_row_that_exists_already_is_not_shown(database: Database) -> None:
    found = shown(database, lambda session: session.add_all([a_user(), a_user()]))
    assert "only for us" not in found
    assert "users" in found  # its table


@pytest.mark.postgres
@pytest.mark.parametrize("statement", ["SELECT CAST(:private AS integer)", "SELECT CAST(:private AS date)"])
def test_a_value_that_postgresql_cannot_read_is_not_shown(postgres_url: str, statement: str) -> None:
    database = Database(postgres_url, UNHURRIED)
    found = shown(database, lambda session: session.execute(text(statement), {"private": PRIVATE}))
    assert "only for us" not in found
    assert "SQLSTATE 22" in found
    database.close()
