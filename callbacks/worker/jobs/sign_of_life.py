"""Leaves a worker's sign of life: when it last finished a sweep."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.database import Database, insert_once
from callbacks.db.tables import WorkerSign
from sla.clock import Clock


class SignOfLife:
    """One worker's sign, under a name of its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        # Never the host's name: a restarted container would pass for the dead one.
        self._name = secrets.token_hex(8)

    def leave(self) -> None:
        """Write down that a sweep has finished now."""
        now = self._clock.now()
        self._database.write(lambda session: self._leave(session, now))

    def _leave(self, session: Session, now: datetime) -> None:
        if not insert_once(session, WorkerSign, worker=self._name, started_at=now, swept_at=now):
            session.get_one(WorkerSign, self._name).swept_at = now
