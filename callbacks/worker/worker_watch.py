"""Watches, from a web server, that somebody would be paged: that a worker sweeps, and that the database answers.

When neither works, the outbox sends nothing. So the web server alerts by itself, straight through the carrier.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.states import Channel
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.logs import masked
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.paging.channels.twilio import Carrier
from callbacks.people.person import Person
from callbacks.text.bilingual import Words
from callbacks.worker import carrier_log
from callbacks.worker.health import silence_of_workers
from callbacks.worker.overdue import oldest_overdue
from sla.clock import Clock

log = structlog.get_logger(__name__)

LOOKS_EVERY = timedelta(seconds=15)
# A restart of the worker or of the database is no alarm. With the minute after which a worker counts as silent, people
# hear of it within three minutes.
PATIENCE = timedelta(minutes=1)
OVERDUE_FOR = timedelta(minutes=2)
AGAIN_AFTER = timedelta(hours=1)
ALERTED = "web alerted that nobody is paged"


@dataclass(frozen=True)
class Recipient:
    """A person who is alerted, as last read from the database."""

    number: str
    language: str


class WorkerWatch:
    """Alerts the supervisors when nobody would be paged."""

    def __init__(self, database: Database, desk: Desk, carrier: Carrier, clock: Clock) -> None:
        self._database, self._desk, self._carrier, self._clock = database, desk, carrier, clock
        self._calls_from = desk.lines[desk.line_called("")].number
        self._recipients: Sequence[Recipient] = ()
        self._failing_since: datetime | None = None
        self._alerted_at: datetime | None = None

    def look(self) -> None:
        """Look once, and alert if it has failed for a minute; again each hour while it lasts.

        Once it works again, the next fault is an alarm of its own.
        """
        now = self._clock.now()
        fault = self._fault(now)
        if fault is None:
            self._note_that_it_works()
            return
        self._failing_since = self._failing_since or now
        log.error("nobody would be paged", cause=fault.english)
        if now - self._failing_since >= PATIENCE and self._is_ours_to_alert(now):
            self._alerted_at = now
            self._alert(messages.alarm(self._desk.company.sender, fault))

    def _note_that_it_works(self) -> None:
        if self._failing_since is not None:
            self._database.write(lambda session: marks.clear(session, ALERTED))
        self._failing_since = self._alerted_at = None

    def _fault(self, now: datetime) -> Words | None:
        """Return why nobody would be paged, or None. Remember who is to be alerted when the database is away."""
        try:
            fault, recipients = self._database.read(lambda session: (_fault(session, now), self._read(session, now)))
        except SQLAlchemyError:
            return messages.database_away()
        self._recipients = recipients
        return fault

    def _read(self, session: Session, now: datetime) -> Sequence[Recipient]:
        return [_recipient(each) for each in store.roster(session, self._desk, now).supervisors()]

    def _is_ours_to_alert(self, now: datetime) -> bool:
        """Return whether this process alerts: another web server may have done so. Without the database, each does."""
        if self._alerted_at is not None and now - self._alerted_at < AGAIN_AFTER:
            return False
        try:
            return self._database.write(lambda session: marks.hold(session, ALERTED, now + AGAIN_AFTER, now))
        except SQLAlchemyError:
            return True

    def _alert(self, words: Words) -> None:
        for recipient in self._recipients:
            for channel in (Channel.TEXT, Channel.CALL):
                try:
                    self._send(recipient, channel, words.for_(recipient.language))
                except CarrierError as fault:
                    log.error("the alert could not be sent", to=masked(recipient.number), cause=str(fault))

    def _send(self, recipient: Recipient, channel: Channel, words: str) -> None:
        if channel is Channel.TEXT:
            self._note(self._carrier.send_text(recipient.number, words).sid)
        else:
            voice = self._desk.voices.for_(recipient.language)
            self._note(self._carrier.speak_to(recipient.number, self._calls_from, words, voice).sid)

    def _note(self, sid: str) -> None:
        """Record that this was sent, if the database is there."""
        try:
            self._database.write(lambda session: carrier_log.note_sent_apart(session, sid, self._clock.now()))
        except SQLAlchemyError as fault:
            log.warning("an alert that was sent could not be recorded", sid=sid, cause=type(fault).__name__)


def _fault(session: Session, now: datetime) -> Words | None:
    if silence_of_workers(session, now) is not None:
        return messages.worker_away()
    oldest = oldest_overdue(session, now)
    return messages.worker_late(now - oldest.since) if oldest and now - oldest.since > OVERDUE_FOR else None


def _recipient(person: Person) -> Recipient:
    return Recipient(person.phone, person.language)


def keep_watching(watch: WorkerWatch, stopping: threading.Event, every: timedelta = LOOKS_EVERY) -> None:
    """Look every 15 seconds in a thread of its own until `stopping` is set."""

    def run() -> None:
        while not stopping.wait(every.total_seconds()):
            try:
                watch.look()
            except Exception:
                log.exception("the watch over the workers failed; it looks again")

    threading.Thread(target=run, name="worker watch", daemon=True).start()
