"""Technicians in a database, added briefly."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from callbacks.db.tables import Technician
from callbacks.people.technicians import add_technician

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


def amy(session: Session, *, verified: bool = True) -> Technician:
    return add_technician(session, "Amy Roy", "+15145550101", NOW, verified=verified)


def ben(session: Session) -> Technician:
    return add_technician(session, "Ben Cole", "+15145550102", NOW, verified=True)
