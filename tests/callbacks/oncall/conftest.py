"""A crew in the database, with a rota."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.oncall import store
from callbacks.people import technicians
from tests.callbacks.oncall.rota import DESK, NOW


@pytest.fixture
def rota(database: Database) -> Database:
    """Return a database where Amy and Ben take weekly turns on primary, and Sue is always the supervisor."""

    def crew(session: Session) -> None:
        amy, ben, sue = (
            technicians.add_technician(session, name, f"+1514555010{n}", NOW, verified=True)
            for n, name in enumerate(("Amy Roy", "Ben Cole", "Sue Tran"))
        )
        store.add_rotation(session, DESK, "primary", [amy, ben], date(2026, 10, 23), "18:00", timedelta(days=7), NOW)
        store.add_shift(session, DESK, sue, "supervisor", None, None, NOW)

    database.write(crew)
    return database
