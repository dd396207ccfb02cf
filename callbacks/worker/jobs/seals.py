"""Seals events once they are old enough, and writes the heads of both logs to the service's own log every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.records.event_seals import highest_event_id, seal_events
from callbacks.records.log_check import heads
from sla.clock import Clock

log = structlog.get_logger(__name__)

# PostgreSQL gives an id before the transaction commits, so a lower one may appear after a higher one. The database's
# time limits end every transaction long before this.
LAG = timedelta(minutes=2)
HEADS_EVERY = timedelta(hours=24)


@dataclass(frozen=True)
class Highest:
    """The highest id of an event at an instant."""

    event_id: int
    at: datetime


class EventSealer:
    """Seals the events up to the id that was the highest some minutes before."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._seen: Highest | None = None

    def run(self) -> bool:
        """Seal the next events that are old enough. Return whether there are more."""
        now, seen = self._clock.now(), self._seen
        if seen is not None and now - seen.at >= LAG:
            if self._database.write(lambda session: seal_events(session, seen.event_id, now)):
                return True
            self._seen = None
        if self._seen is None or now < self._seen.at:  # the clock may have been set back
            self._seen = Highest(self._database.read(highest_event_id), now)
        return False


def log_heads(database: Database, clock: Clock) -> None:
    """Log the heads of both logs, once a day."""
    now = clock.now()
    if database.write(lambda session: marks.hold(session, "heads logged", now + HEADS_EVERY, now)):
        found = database.read(heads)
        log.info("audit log head", head=str(found.entries), event_head=str(found.events))
