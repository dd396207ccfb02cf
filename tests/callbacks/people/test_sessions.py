"""Sessions: twelve hours at most, an hour without use, five minutes for the second factor, and ended one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.tables import LoginSession
from callbacks.people import sessions, users

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def row(used: timedelta = timedelta(0), *, is_half: bool = False) -> LoginSession:
    return LoginSession(is_half=is_half, began_at=BEGAN, used_at=BEGAN + used)


@pytest.mark.parametrize(
    ("session", "ends"),
    [
        (row(), HOUR),
        (row(10 * HOUR), 11 * HOUR),
        (row(11.5 * HOUR), 12 * HOUR),
        (row(is_half=True), 5 * MINUTE),
        (row(4 * MINUTE, is_half=True), 5 * MINUTE),
    ],
)
def test_a_session_ends_by_itself(session: LoginSession, ends: timedelta) -> None:
    assert sessions.ends_at(session) - BEGAN == ends


@pytest.mark.parametrize(("later", "is_due"), [(59, False), (60, True), (61, True)])
def test_a_use_is_stored_once_a_minute(later: int, is_due: bool) -> None:
    assert sessions.use_is_due(row(), BEGAN + timedelta(seconds=later)) is is_due


def sue(database: Database) -> int:
    return database.write(
        lambda s: users.add_user(s, "sue@example.com", "supervisor", "correct horse battery", BEGAN)
    ).id


def begun(database: Database, user_id: int, now: datetime = BEGAN, *, is_half: bool = False) -> str:
    return database.write(lambda s: sessions.begin(s, user_id, "192.0.2.1", "Firefox/150", now, is_half=is_half))


def is_in(database: Database, key: str, now: datetime = BEGAN, *, is_half: bool = False) -> bool:
    return database.read(lambda s: sessions.find(s, key, now, is_half=is_half)) is not None


def test_the_database_holds_no_key_that_opens_anything(database: Database) -> None:
    key = begun(database, sue(database))
    stored = database.read(lambda s: s.scalars(select(LoginSession)).one())
    assert len(key) >= 43  # 32 random bytes
    assert is_in(database, key)
    assert key not in stored.key_hash
    assert not is_in(database, stored.key_hash)


def test_a_half_session_is_no_session_and_the_other_way_round(database: Database) -> None:
    user_id = sue(database)
    half, whole = begun(database, user_id, is_half=True), begun(database, user_id)
    assert (is_in(database, half), is_in(database, half, is_half=True)) == (False, True)
    assert (is_in(database, whole), is_in(database, whole, is_half=True)) == (True, False)


def test_use_keeps_a_session_alive_until_its_end(database: Database) -> None:
    key = begun(database, sue(database))
    for minutes in range(50, 12 * 60, 50):
        now = BEGAN + timedelta(minutes=minutes)
        found = database.read(lambda s, at=now: sessions.find(s, key, at))  # type: ignore[misc]
        assert found is not None, minutes
        database.write(lambda s, at=now, its=found.id: sessions.store_use(s, its, at))  # type: ignore[misc]
    assert not is_in(database, key, BEGAN + sessions.LASTS)


def test_what_is_over_is_not_listed_and_is_removed_at_the_next_login(database: Database) -> None:
    user_id = sue(database)
    begun(database, user_id)
    begun(database, user_id, is_half=True)
    later = BEGAN + HOUR
    assert database.read(lambda s: sessions.of_user(s, user_id, later)) == []
    assert len(database.read(lambda s: sessions.of_user(s, user_id, BEGAN))) == 1
    begun(database, user_id, later)
    assert len(database.read(lambda s: s.scalars(select(LoginSession)).all())) == 1


def test_one_session_ends_by_its_id_and_only_for_its_user(database: Database) -> None:
    user_id = sue(database)
    keys = [begun(database, user_id) for _ in range(3)]
    first = database.read(lambda s: sessions.find(s, keys[0], BEGAN))
    assert first is not None
    assert not database.write(lambda s: sessions.end_one(s, user_id + 1, first.id))
    assert database.write(lambda s: sessions.end_one(s, user_id, first.id))
    database.write(lambda s: sessions.end(s, keys[1]))
    assert [is_in(database, key) for key in keys] == [False, False, True]


def test_a_new_password_and_a_removal_end_all_sessions_half_ones_too(database: Database) -> None:
    user_id = sue(database)
    keys = [begun(database, user_id), begun(database, user_id, is_half=True)]
    database.write(lambda s: users.change_password(s, "sue@example.com", "a hash"))
    assert [is_in(database, keys[0]), is_in(database, keys[1], is_half=True)] == [False, False]
    begun(database, user_id)
    database.write(lambda s: users.add_user(s, "ada@example.com", "administrator", "correct horse battery", BEGAN))
    database.write(lambda s: users.remove_user(s, "sue@example.com"))
    assert database.read(lambda s: s.scalars(select(LoginSession)).all()) == []


def test_all_others_end_and_this_one_stays(database: Database) -> None:
    user_id = sue(database)
    keys = [begun(database, user_id) for _ in range(3)]
    this = database.read(lambda s: sessions.find(s, keys[2], BEGAN))
    assert this is not None
    database.write(lambda s: sessions.end_all(s, user_id, but=this.id))
    assert [is_in(database, key) for key in keys] == [False, False, True]
