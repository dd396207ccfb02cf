"""A crew in the database, with a rota."""

from __future__ import annotations

import pytest

from callbacks.db.database import Database
from tests.callbacks.oncall.rota import DESK, NOW
from tests.callbacks.oncall.weekly_turns import add_weekly_turns


@pytest.fixture
def rota(database: Database) -> Database:
    """Return a database where Amy and Ben take weekly turns on primary, and Sue is always the supervisor."""

    database.write(lambda session: add_weekly_turns(session, DESK, NOW))
    return database
