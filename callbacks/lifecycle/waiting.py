"""Waiting for the customer, which pauses the clock of the resolution (policy: Priorities)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import Callback, Waiting


def start_waiting(session: Session, callback: Callback, since: datetime) -> None:
    """Pause the clock of the resolution."""
    session.add(Waiting(callback_id=callback.id, since=since))


def wait_for_time(session: Session, callback: Callback, since: datetime, until: datetime) -> None:
    """Pause the clock of the resolution until a time that is known beforehand: the customer named it."""
    end_wait_for_time(session, callback, since)
    session.add(Waiting(callback_id=callback.id, since=since, until=until))


def end_wait_for_time(session: Session, callback: Callback, now: datetime) -> None:
    """Have the clock run again before the time that the customer named."""
    session.flush()
    for wait in session.scalars(select(Waiting).where(Waiting.callback_id == callback.id, Waiting.until > now)):
        wait.until = now


def open_wait(session: Session, callback: Callback) -> Waiting | None:
    """Return the wait that lasts until the customer gets in touch, or None."""
    return session.scalars(select(Waiting).where(Waiting.callback_id == callback.id, Waiting.until.is_(None))).first()


def is_waiting(session: Session, callback: Callback) -> bool:
    """Return whether the desk waits for the customer to get in touch."""
    return open_wait(session, callback) is not None
