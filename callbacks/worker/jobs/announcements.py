"""Announcements that begin and end by themselves, and the notices of their changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.announcements import changes, notices
from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.links import Links
from sla.clock import Clock


class AnnouncementTurns:
    """Writes down what begins and ends, then one batch of notices at a time."""

    def __init__(self, database: Database, desk: Desk, links: Links, clock: Clock) -> None:
        self._database, self._desk, self._links, self._clock = database, desk, links, clock

    def run(self) -> bool:
        """Do what is due. Return whether there may be more to do now."""
        now = self._clock.now()
        self._database.write(lambda session: changes.turn_due(session, now))
        return self._database.write(lambda session: notices.write_batch(session, self._desk, self._links, now))

    def next_due_at(self) -> datetime | None:
        """Return when something is due: now while notices wait to be written."""
        now = self._clock.now()

        def work(session: Session) -> datetime | None:
            return now if notices.is_waiting(session, now) else changes.next_turn_at(session, now)

        return self._database.read(work)
