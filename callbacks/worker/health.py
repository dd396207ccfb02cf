"""Whether a worker is running: for load balancers, for the console, and for `check`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import WorkerSign
from sla.clock import Clock

SWEPT_LATELY = timedelta(seconds=60)


def unready(database: Database, clock: Clock) -> str | None:
    """Return why nobody would be paged now, or None if all is well."""
    now = clock.now()
    try:
        return database.read(lambda session: silence_of_workers(session, now))
    except SQLAlchemyError as fault:
        return f"The database does not answer ({type(fault).__name__}). Check DATABASE_URL and the server."


def silence_of_workers(session: Session, now: datetime) -> str | None:
    """Return how long no worker has finished a sweep, in words, or None if one has lately."""
    swept_at = session.scalar(select(func.max(WorkerSign.swept_at)))
    if swept_at is None:
        return "No worker has finished a sweep yet, so nobody is paged. Start one: python app.py worker."
    silent = now - swept_at
    if silent > SWEPT_LATELY:
        return f"No worker has finished a sweep for {int(silent.total_seconds())} seconds, so nobody is paged."
    return None
