"""Links with which users choose their own passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.tables import Invitation, User
from callbacks.errors import NotFound, WrongState
from callbacks.people import invitations, passwords, sessions, users
from callbacks.people.invitations import VALID_FOR
from callbacks.people.lockout import Origin

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PASSWORD = "correct horse battery"


@pytest.fixture
def new(database: Database) -> User:
    """A user who was added without a password."""
    return database.write(lambda s: users.add_without_password(s, "new@example.com", "reader", NOW))


def invites(database: Database, user: User, at: datetime = NOW) -> str:
    return database.write(lambda s: invitations.invite(s, user, "ada@example.com", at))


def accepts(database: Database, key: str, at: datetime = LATER, password: str = PASSWORD) -> str:
    password_hash = passwords.hashed(password)
    return database.write(lambda s: invitations.accept(s, key, password_hash, at).email)


def logs_in(database: Database, password: str = PASSWORD, at: datetime = LATER) -> bool:
    return users.check_password(database, "new@example.com", password, Origin("192.0.2.1"), at).is_right


def test_an_invited_user_logs_in_with_the_password_they_chose_and_not_before(database: Database, new: User) -> None:
    key = invites(database, new)
    assert not any(logs_in(database, password) for password in (PASSWORD, ""))
    assert database.read(lambda s: invitations.invited_user(s, key, LATER).email) == "new@example.com"
    assert accepts(database, key) == "new@example.com"
    assert logs_in(database, at=LATER + timedelta(hours=1))


def test_the_database_does_not_hold_the_key(database: Database, new: User) -> None:
    key = invites(database, new)
    (row,) = database.read(lambda s: s.scalars(select(Invitation)).all())
    assert (row.key_hash, row.made_by) == (sha256(key.encode()).hexdigest(), "ada@example.com")
    assert len(key) >= 43  # 32 bytes


def test_a_link_works_once(database: Database, new: User) -> None:
    key = invites(database, new)
    accepts(database, key)
    with pytest.raises(NotFound, match="Ask an administrator for a new one"):
        accepts(database, key)
    with pytest.raises(NotFound):
        database.read(lambda s: invitations.invited_user(s, key, LATER))


def test_a_link_works_for_three_days(database: Database, new: User) -> None:
    key = invites(database, new)
    with pytest.raises(NotFound):
        accepts(database, key, NOW + VALID_FOR)
    accepts(database, key, NOW + VALID_FOR - timedelta(seconds=1))


def test_a_new_link_replaces_the_one_before(database: Database, new: User) -> None:
    first, second = invites(database, new), invites(database, new)
    with pytest.raises(NotFound):
        accepts(database, first)
    accepts(database, second)


def test_a_password_that_is_refused_leaves_the_link_open(database: Database, new: User) -> None:
    key = invites(database, new)
    with pytest.raises(WrongState, match="too short"):
        accepts(database, key, password="short")
    accepts(database, key)


def test_a_forgotten_password_is_replaced_and_ends_every_session(database: Database, new: User) -> None:
    accepts(database, invites(database, new))
    database.write(lambda s: sessions.begin(s, new.id, "192.0.2.1", "", LATER))
    accepts(database, invites(database, new, LATER), LATER, "another good password")
    assert database.read(lambda s: sessions.of_user(s, new.id, LATER)) == []
    assert (logs_in(database), logs_in(database, "another good password")) == (False, True)


@pytest.mark.parametrize("key", ["", "guessed", "x" * 5000, "é"])
def test_a_key_that_nobody_was_given_opens_nothing(database: Database, new: User, key: str) -> None:
    invites(database, new)
    with pytest.raises(NotFound):
        accepts(database, key)


def test_a_removed_user_has_no_link(database: Database, new: User) -> None:
    key = invites(database, new)
    database.write(lambda s: users.remove_user(s, "new@example.com"))
    with pytest.raises(NotFound):
        accepts(database, key)


def test_a_link_ends_when_the_password_is_changed_another_way(database: Database, new: User) -> None:
    key, password_hash = invites(database, new), passwords.hashed(PASSWORD)
    database.write(lambda s: users.change_password(s, "new@example.com", password_hash))
    with pytest.raises(NotFound):
        accepts(database, key, password="staple battery horse")
    assert logs_in(database)
