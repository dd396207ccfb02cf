"""Users: which ones are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callbacks.db.database import Database
from callbacks.errors import WrongState
from callbacks.people import users

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
