"""Reads the calendars that layers import their shifts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.leases import Claim
from callbacks.db.tables import CalendarSource
from callbacks.desk.desk_file import Desk
from callbacks.errors import DeskError
from callbacks.oncall.ical.fetch import fetch
from callbacks.oncall.ical.parse import PATIENCE, FoundShift, read_guarded
from callbacks.oncall.ical.sources import READ_EVERY, import_shifts, import_span
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)  # longer than fetching and parsing a calendar may take


@dataclass(frozen=True)
class DueCalendar:
    """A calendar to be read."""

    claim: Claim[CalendarSource]
    url: str


class CalendarReader:
    """Reads the calendars that are due. No transaction is open while it fetches and parses."""

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

    def read_due(self) -> bool:
        """Read one calendar that is due. Return whether there was one.

        When it cannot be read, its shifts stay as they are.
        """
        now = self._clock.now()
        due = self._database.write(lambda session: _claim(session, now))
        if due is None:
            return False
        try:
            found = read_guarded(self._fetch(due.url), *import_span(now), self._desk.zone, self._patience)
        except DeskError as fault:
            log.warning("a calendar could not be read", calendar=due.claim.key, cause=str(fault))
            words = str(fault)
            self._database.write(lambda session: self._record_problem(session, due, words, now))
        else:
            self._database.write(lambda session: self._take(session, due, found, now))
        return True

    def _take(self, session: Session, due: DueCalendar, found: Sequence[FoundShift], now: datetime) -> None:
        source = leases.held(session, due.claim)
        if source is None:
            return
        source.next_action_at = now + READ_EVERY
        imported = import_shifts(session, source, found, now)
        if imported.unknown:
            named = ", ".join(imported.unknown[:5])
            english = f"unknown names in the calendar of {source.layer}: {named}. Nobody covers these shifts."
            french = f"noms inconnus dans le calendrier de {source.layer}: {named}. Personne ne couvre ces quarts."
            self._alert_daily(session, f"calendar {source.id} names unknown people", Words(english, french), now)

    def _record_problem(self, session: Session, due: DueCalendar, why: str, now: datetime) -> None:
        source = leases.held(session, due.claim)
        if source is None:
            return
        source.next_action_at = now + READ_EVERY
        source.trouble = why[:500]
        english = f"the calendar of {source.layer} cannot be read: {why} Its known shifts stay."
        french = f"le calendrier de {source.layer} est illisible: {why} Ses quarts connus restent."
        self._alert_daily(session, f"calendar {source.id} cannot be read", Words(english, french), now)

    def _alert_daily(self, session: Session, what: str, words: Words, now: datetime) -> None:
        alert_supervisors(session, self._desk, what, words, now, daily=True)


def _claim(session: Session, now: datetime) -> DueCalendar | None:
    due = select(CalendarSource).where(CalendarSource.next_action_at <= now, CalendarSource.url.like("https://%"))
    for source in leases.claim(session, CalendarSource, due.order_by(CalendarSource.id), LEASE, now):
        return DueCalendar(leases.claim_on(source), source.url)
    return None
