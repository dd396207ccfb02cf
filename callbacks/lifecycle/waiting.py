"""Waiting for the customer, which pauses the clock of the resolution (policy: Priorities)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import Callback, Waiting


def start_waiting(session: Session, callback: Callback, since: datetime) -> None:
    """Pause the clock of the resolution."""
    session.add(Waiting(callback_id=callback.id, since=since))


def open_wait(session: Session, callback: Callback) -> Waiting | None:
    """Return the wait that has not ended, or None."""
    return session.scalars(select(Waiting).where(Waiting.callback_id == callback.id, Waiting.until.is_(None))).first()


def is_waiting(session: Session, callback: Callback) -> bool:
    """Return whether the desk waits for the customer."""
    return open_wait(session, callback) is not None
