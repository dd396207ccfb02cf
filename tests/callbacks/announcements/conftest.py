"""What the tests of announcements share."""

from __future__ import annotations

import pytest

from callbacks.db.database import Database
from tests.callbacks.announcements.office import Office


@pytest.fixture
def office(database: Database) -> Office:
    """A desk on a Saturday night, with nothing announced."""
    return Office(database)
