"""Reads the calendars that layers take their shifts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import CalendarSource
from callbacks.desk.desk_file import Desk
from callbacks.errors import DeskError
from callbacks.oncall.ical.fetch import fetch
from callbacks.oncall.ical.parse import PATIENCE, FoundShift, read_guarded
from callbacks.oncall.ical.sources import READ_EVERY, read_span, take
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from sla.clock import Clock

log = structlog.get_logger(__name__)


class CalendarReader:
    """Reads the calendars that are due, one a sweep, with no transaction open meanwhile."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        clock: Clock,
        fetch_from: Callable[[str], bytes] = fetch,
        patience: float = PATIENCE,
    ) -> None:
        self._database, self._desk, self._clock, self._fetch = database, desk, clock, fetch_from
        self._patience = patience

    def read_due(self) -> None:
        """Read one calendar that is due. What was taken before stays when it cannot be read."""
        now = self._clock.now()
        due = self._database.write(lambda session: _claim(session, now))
        if due is None:
            return
        source_id, url = due
        try:
            found = read_guarded(self._fetch(url), *read_span(now), self._desk.zone, self._patience)
        except DeskError as fault:
            log.warning("a calendar could not be read", calendar=source_id, cause=str(fault))
            words = str(fault)
            self._database.write(lambda session: self._note_trouble(session, source_id, words, now))
            return
        self._database.write(lambda session: self._take(session, source_id, found, now))

    def _take(self, session: Session, source_id: int, found: Sequence[FoundShift], now: datetime) -> None:
        source = session.get(CalendarSource, source_id)
        if source is None:
            return
        taken = take(session, source, found, now)
        if taken.unknown:
            named = ", ".join(taken.unknown[:5])
            english = f"the calendar of {source.layer} names nobody we know in: {named}. Their time is not covered."
            french = f"le calendrier de {source.layer} ne nomme personne de connu dans: {named}."
            alert_supervisors(session, self._desk, f"calendar {source_id} {now.date()}", Words(english, french), now)

    def _note_trouble(self, session: Session, source_id: int, why: str, now: datetime) -> None:
        source = session.get(CalendarSource, source_id)
        if source is None:
            return
        source.trouble = why[:500]
        english = f"the calendar of {source.layer} cannot be read: {why} The shifts known from before stay."
        french = f"le calendrier de {source.layer} est illisible: {why}"
        alert_supervisors(session, self._desk, f"calendar {source_id} {now.date()}", Words(english, french), now)


def _claim(session: Session, now: datetime) -> tuple[int, str] | None:
    due = select(CalendarSource).where(CalendarSource.next_action_at <= now, CalendarSource.url.like("https://%"))
    source = session.scalars(due.order_by(CalendarSource.id).limit(1).with_for_update(skip_locked=True)).first()
    if source is None:
        return None
    source.next_action_at = now + READ_EVERY
    return source.id, source.url
