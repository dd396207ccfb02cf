"""The heartbeat of a worker: when it last finished a sweep."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.database import Database, insert_once
from callbacks.db.tables import WorkerSign
from sla.clock import Clock


class Heartbeat:
    """The heartbeat of one worker."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        # Random, not the host's name: a restarted container would be mistaken for the dead one.
        self._worker = secrets.token_hex(8)

    def beat(self) -> None:
        """Record that a sweep finished now."""
        now = self._clock.now()
        self._database.write(lambda session: self._record(session, now))

    def _record(self, session: Session, now: datetime) -> None:
        if not insert_once(session, WorkerSign, worker=self._worker, started_at=now, swept_at=now):
            session.get_one(WorkerSign, self._worker).swept_at = now
