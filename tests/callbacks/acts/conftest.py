"""Fixtures for the tests of acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import AUDIT_KEY, Database
from callbacks.desk.desk_file import Desk, read_desk
from tests.callbacks.acts.night import Night


@pytest.fixture(scope="session")
def desk() -> Desk:
    return read_desk(Path("support.toml"))


@pytest.fixture
def night(database: Database, desk: Desk) -> Iterator[Night]:
    """A night in one transaction, which is rolled back in the end."""
    with Session(database.engine, info={AUDIT_KEY: b"the key of the test"}) as session:
        yield Night(session, desk)
