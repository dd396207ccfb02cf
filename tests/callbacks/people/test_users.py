"""Users: which ones are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callbacks.db.database import Database
from callbacks.db.states import Role
from callbacks.errors import WrongState
from callbacks.people import passwords, sessions, technicians, users
from callbacks.people.lockout import Origin
from callbacks.people.required_factor import GRACE

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    ("email", "role", "password", "fault"),
    [
        ("new@example.com", "king", PASSWORD, "no role"),
        ("new@example.com", "reader", "short", "too short"),
        ("SUE@example.com", "reader", PASSWORD, "already"),
        ("", "reader", PASSWORD, "needs an email address"),
        ("new", "reader", PASSWORD, "'new' is not an email address. An email address must have an @-sign."),
        ("new@example.com\nBcc: eve@example.com", "reader", PASSWORD, "is not an email address"),
    ],
)
def test_a_user_that_cannot_be_is_refused(database: Database, email: str, role: str, password: str, fault: str) -> None:
    database.write(lambda session: users.add_user(session, "sue@example.com", "supervisor", PASSWORD, BEGAN))
    with pytest.raises(WrongState, match=fault):
        database.write(lambda session: users.add_user(session, email, role, password, BEGAN))


# Roles


def adds(database: Database, name: str, role: str, technician: str = "") -> int:
    address = f"{name}@example.com"
    return database.write(lambda s: users.add_user(s, address, role, PASSWORD, BEGAN, technician).id)


def test_another_role_ends_the_sessions_and_may_require_a_second_factor(database: Database) -> None:
    database.write(lambda s: technicians.add_technician(s, "Amy Roy", "+15145550101", BEGAN))
    adds(database, "ada", "administrator")
    adds(database, "amy", "technician", "Amy Roy")
    before = database.read(lambda s: users.user_named(s, "amy@example.com"))
    database.write(lambda s: sessions.begin(s, before.id, "192.0.2.1", "", BEGAN))
    after = database.write(lambda s: users.change_role(s, "amy@example.com", "supervisor", BEGAN, "Amy Roy"))
    assert (before.factor_due_at, after.factor_due_at) == (None, BEGAN + GRACE)
    assert (after.role, after.technician_id) == (Role.SUPERVISOR, before.technician_id)
    assert database.read(lambda s: sessions.of_user(s, after.id, BEGAN)) == []
    reader = database.write(lambda s: users.change_role(s, "amy@example.com", "reader", BEGAN))
    assert (reader.role, reader.technician_id, reader.factor_due_at) == (Role.READER, None, None)


@pytest.mark.parametrize("role", ["technician", "reader"])
def test_the_last_administrator_or_supervisor_keeps_the_role(database: Database, role: str) -> None:
    database.write(lambda s: technicians.add_technician(s, "Amy Roy", "+15145550101", BEGAN))
    adds(database, "sue", "supervisor")
    with pytest.raises(WrongState, match="the last administrator or supervisor"):
        database.write(lambda s: users.change_role(s, "sue@example.com", role, BEGAN, "Amy Roy"))
    database.write(lambda s: users.change_role(s, "sue@example.com", "administrator", BEGAN))
    adds(database, "ada", "administrator")
    database.write(lambda s: users.change_role(s, "sue@example.com", role, BEGAN, "Amy Roy"))


def test_an_invalid_role_is_refused(database: Database) -> None:
    adds(database, "sue", "supervisor")
    adds(database, "rita", "reader")
    with pytest.raises(WrongState, match="no role"):
        database.write(lambda s: users.change_role(s, "rita@example.com", "king", BEGAN))
    with pytest.raises(WrongState, match="Choose which technician"):
        database.write(lambda s: users.change_role(s, "rita@example.com", "technician", BEGAN))


@pytest.mark.parametrize("email", ["invited@example.com", "nobody@example.com"])
def test_a_log_in_that_cannot_succeed_takes_as_long_as_one_that_may(
    database: Database, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    """So nobody finds out who was invited, or who has an account: a real hash is verified each time."""
    verified: list[str] = []

    def is_right(stored: str, _: str) -> bool:
        verified.append(stored)
        return True

    monkeypatch.setattr(passwords, "is_right", is_right)
    database.write(lambda s: users.add_without_password(s, "invited@example.com", "reader", BEGAN))
    assert not users.check_password(database, email, PASSWORD, Origin("192.0.2.1"), BEGAN).is_right
    assert [stored.startswith("$argon2") for stored in verified] == [True]
