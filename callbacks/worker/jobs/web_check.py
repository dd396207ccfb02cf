"""Asks PUBLIC_URL every minute whether a web server answers, as Twilio would reach it."""

from __future__ import annotations

from datetime import datetime, timedelta

import requests
import structlog
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.time_limit import limited_session
from callbacks.text.bilingual import Words
from callbacks.text.formats import day_and_time
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
FAILS_FOR = timedelta(minutes=2)
TIME_LIMIT = 10.0  # seconds
MOST_BYTES = 64 * 1024
# Some networks do not lead a machine's own requests back to its public address. So a URL that never answered here
# proves nothing, and only one that did and stopped is an alarm.
ANSWERED = "web answered at"
FAILING_SINCE = "web fails since"


class WebCheck:
    """Watches, from a worker, that the web server can be reached."""

    def __init__(self, database: Database, desk: Desk, public_url: str, clock: Clock) -> None:
        self._database, self._desk, self._public_url, self._clock = database, desk, public_url, clock
        self._http = limited_session(TIME_LIMIT, MOST_BYTES)

    def run(self) -> None:
        """Ask once. Supervisors hear of it, once, when the URL has not answered for two minutes."""
        fault = self._fault()
        now = self._clock.now()
        if fault is None:
            self._database.write(lambda session: self._record_answer(session, now))
        else:
            log.warning("the web server does not answer at PUBLIC_URL", cause=fault)
            self._database.write(lambda session: self._record_failure(session, now))

    def _fault(self) -> str | None:
        try:
            answer = self._http.get(f"{self._public_url}/healthz")
        except requests.RequestException as fault:
            return type(fault).__name__
        return None if answer.status_code == 200 else f"HTTP {answer.status_code}"

    def _record_answer(self, session: Session, now: datetime) -> None:
        marks.once(session, self._answered, now)
        marks.clear(session, FAILING_SINCE)

    def _record_failure(self, session: Session, now: datetime) -> None:
        if marks.last_at(session, self._answered) is None:
            return
        marks.once(session, FAILING_SINCE, now)
        since = marks.last_at(session, FAILING_SINCE) or now
        if now - since < FAILS_FOR:
            return
        english, french = (day_and_time(since, self._desk.zone, language) for language in ("en", "fr"))
        words = messages.web_server_away(self._public_url, Words(english, french))
        alert_supervisors(session, self._desk, f"web fails since {since:%Y-%m-%d %H:%M:%S}", words, now)

    @property
    def _answered(self) -> str:
        return f"{ANSWERED} {self._public_url}"
