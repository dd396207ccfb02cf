"""Marks: of several workers that find the same thing due, one does it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.tables import Watermark

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_mark_that_was_never_set_has_no_instant(database: Database) -> None:
    assert database.read(lambda session: marks.last_at(session, "reconciled")) is None


def test_a_mark_is_set_whatever_it_was_before(database: Database) -> None:
    for at in (NOON, NOON + MINUTE, NOON - MINUTE):
        database.write(lambda session, at=at: marks.record(session, "reconciled", at))  # type: ignore[misc]
        assert database.read(lambda session: marks.last_at(session, "reconciled")) == at


def test_a_mark_set_in_a_transaction_is_read_in_it(database: Database) -> None:
    def work(session: Session) -> list[datetime | None]:
        found = [marks.last_at(session, "x")]
        marks.record(session, "x", NOON)
        found.append(marks.last_at(session, "x"))
        marks.record(session, "x", NOON + MINUTE)
        return [*found, marks.last_at(session, "x")]

    assert database.write(work) == [None, NOON, NOON + MINUTE]


def test_once_is_once(database: Database) -> None:
    firsts = [database.write(lambda session: marks.once(session, "gap reported", NOON)) for _ in range(3)]
    assert firsts == [True, False, False]


def test_a_mark_is_replaced_only_if_it_has_not_changed_since(database: Database) -> None:
    def replace(seen: datetime | None, at: datetime) -> bool:
        return database.write(lambda session: marks.replace(session, "x", seen, at))

    assert replace(None, NOON)
    assert not replace(None, NOON + MINUTE)
    assert not replace(NOON - MINUTE, NOON + MINUTE)
    assert replace(NOON, NOON + MINUTE)
    assert not replace(NOON, NOON + 2 * MINUTE)
    assert database.read(lambda session: marks.last_at(session, "x")) == NOON + MINUTE


def test_a_held_mark_is_free_when_its_time_has_come(database: Database) -> None:
    def hold(until: datetime, now: datetime) -> bool:
        return database.write(lambda session: marks.hold(session, "digest", until, now))

    assert hold(NOON + 5 * MINUTE, NOON)
    assert not hold(NOON + 6 * MINUTE, NOON + MINUTE)
    assert hold(NOON + 10 * MINUTE, NOON + 5 * MINUTE)
    assert not hold(NOON + 15 * MINUTE, NOON + 9 * MINUTE)


def test_long_names_that_begin_alike_are_different_marks(database: Database) -> None:
    long = "digest of the night 2026-11-28 " + "a" * 200
    for name in (f"{long}@example.com", f"{long}@example.org"):
        assert database.write(lambda session, name=name: marks.once(session, name, NOON))  # type: ignore[misc]
        assert not database.write(lambda session, name=name: marks.once(session, name, NOON))  # type: ignore[misc]
    names = database.read(lambda session: session.scalars(select(Watermark.name)).all())
    assert max(map(len, names)) <= 120


@pytest.mark.parametrize(
    "take",
    [
        lambda session: marks.once(session, "x", NOON + MINUTE),
        lambda session: marks.replace(session, "y", NOON, NOON + MINUTE),
        lambda session: marks.hold(session, "y", NOON + 5 * MINUTE, NOON + MINUTE),
        lambda session: marks.hold(session, "z", NOON + 5 * MINUTE, NOON + MINUTE),
    ],
    ids=["once", "replace", "hold a free mark", "hold a new mark"],
)
def test_of_many_at_the_same_time_one_succeeds(database: Database, take: Callable[[Session], bool]) -> None:
    database.write(lambda session: marks.record(session, "y", NOON))
    barrier, got = threading.Barrier(6), list[bool]()

    def run() -> None:
        barrier.wait()
        got.append(database.write(take))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True]
