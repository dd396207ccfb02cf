"""The look back: since when calls and recordings may be missing here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from callbacks.db.database import Database
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.worker import look_back

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
AWAY = CarrierError("The carrier could not be reached: no connection.")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def late_since(database: Database, now: datetime) -> datetime | None:
    return database.read(lambda session: look_back.late_since(session, now))


def fails(database: Database, now: datetime) -> None:
    database.write(lambda session: look_back.record_failure(session, DESK, AWAY, now))


def test_while_nothing_has_failed_nothing_is_late(database: Database) -> None:
    assert late_since(database, NOON) is None
    database.write(lambda session: look_back.record_success(session, NOON))
    assert late_since(database, NOON + minutes(60)) is None  # the service was off


def test_after_a_failure_it_is_late_from_five_minutes_after_the_last_success(database: Database) -> None:
    database.write(lambda session: look_back.record_success(session, NOON))
    fails(database, NOON + minutes(2))
    assert late_since(database, NOON + minutes(4.9)) is None
    assert late_since(database, NOON + minutes(5)) == NOON
    database.write(lambda session: look_back.record_success(session, NOON + minutes(6)))
    assert late_since(database, NOON + minutes(60)) is None


def test_without_any_success_it_is_late_from_five_minutes_after_the_first_failure(database: Database) -> None:
    for after in (0, 3, 5):
        fails(database, NOON + minutes(after))
    assert late_since(database, NOON + minutes(4.9)) is None
    assert late_since(database, NOON + minutes(5)) == NOON
    assert database.read(lambda session: look_back.age(session, NOON + minutes(5))) == minutes(5)
