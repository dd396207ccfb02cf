"""Requests HEARTBEAT_URL every minute while all is well, so that a monitor elsewhere alarms when the requests stop.

Such as a check of healthchecks.io with a period of one minute and a grace of two.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import requests
import structlog
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.paging.channels.time_limit import limited_session
from callbacks.worker.health import silence_of_workers
from callbacks.worker.jobs import auditor
from callbacks.worker.overdue import LATE, oldest_overdue
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
AUDITED_WITHIN = timedelta(minutes=3)
TIME_LIMIT = 10.0  # seconds
MOST_BYTES = 64 * 1024
REQUESTED = "heartbeat requested"


class OutsideMonitor:
    """Tells a monitor outside that all is well."""

    def __init__(self, database: Database, url: str, clock: Clock) -> None:
        self._database, self._url, self._clock = database, url, clock
        self._http = limited_session(TIME_LIMIT, MOST_BYTES)

    def run(self) -> None:
        """Request the URL if all is well and no other worker did so in this minute. A failure is only logged.

        The monitor alarms if the request does not come, whatever the reason.
        """
        now = self._clock.now()
        trouble = self._database.read(lambda session: self._trouble(session, now))
        if trouble is not None:
            log.warning("the heartbeat is withheld", why=trouble)
        elif self._database.write(lambda session: marks.hold(session, REQUESTED, now + EVERY, now)):
            self._request()

    def _trouble(self, session: Session, now: datetime) -> str | None:
        audited_at = auditor.last_audit(session)
        if audited_at is None or now - audited_at > AUDITED_WITHIN:
            return "The auditor has not finished lately."
        oldest = oldest_overdue(session, now)
        if oldest is not None and now - oldest.since > LATE:
            return oldest.words(now)
        return silence_of_workers(session, now)

    def _request(self) -> None:
        try:
            answer = self._http.get(self._url, headers={"User-Agent": "nightdesk"})
            answer.raise_for_status()
        except requests.RequestException as fault:
            log.warning("the heartbeat could not be delivered", cause=type(fault).__name__)
