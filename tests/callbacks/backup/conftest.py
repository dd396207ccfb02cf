"""A database with something in it, and PostgreSQL's programs of the server's own version."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from callbacks.db.database import Database
from callbacks.people.technicians import add_technician
from tests.postgres import client_programs

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pg_dump found: the tests' own server may be of a Python package."""
    monkeypatch.setenv("PATH", os.pathsep.join([*filter(None, [str(client_programs() or "")]), os.environ["PATH"]]))


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with one technician."""
    database.write(lambda session: add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True))
    return database
