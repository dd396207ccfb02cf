"""Users: which ones are refused, and that passwords are hashed as slowly as the library advises."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from callbacks.db.database import Database
from callbacks.errors import WrongState
from callbacks.people import users

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"


def test_the_service_hashes_as_slowly_as_advised() -> None:
    """RFC 9106's second choice: three passes over 64 MiB."""
    ask = "from callbacks.people.users import _hasher as h; print(h.time_cost, h.memory_cost, h.type.name)"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert (int(said[0]) >= 3, int(said[1]) >= 65536, said[2]) == (True, True, "ID")


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
