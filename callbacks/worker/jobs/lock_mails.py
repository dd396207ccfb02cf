"""Emails users about locks on their account. Technicians are paged instead (`callbacks.paging.lock_alerts`).

Each email has a mark, so that any number of workers sends it once. A worker holds the mark while it sends; if the email
could not be sent, the hold expires and it is sent again, for up to an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.tables import User
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging import messages
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.lock_alerts import AGAIN_AFTER
from callbacks.text.formats import moment
from sla.clock import Clock

log = structlog.get_logger(__name__)

MAILED_WITHIN = timedelta(hours=1)
RETRY_AFTER = timedelta(minutes=5)  # longer than a mail server may take to answer


class LockMailer:
    """Sends the mails that are due, if a mail server is configured."""

    def __init__(self, database: Database, mailer: Mailer, desk: Desk, clock: Clock) -> None:
        self._database, self._mailer, self._desk, self._clock = database, mailer, desk, clock

    def send_due(self) -> None:
        """Email each user who has not been told of the last lock of their account."""
        now = self._clock.now()
        if not self._mailer.url:
            return
        for user in self._database.read(lambda session: _users_to_tell(session, now)):
            self._send_once(user, user.lock_told_at or now, now)

    def _send_once(self, user: User, locked_at: datetime, now: datetime) -> None:
        name = f"mail of a lock {user.id} {locked_at.isoformat()}"
        if not self._database.write(lambda session: marks.hold(session, name, now + RETRY_AFTER, now)):
            return
        try:
            self._mailer.send(_email(self._desk, user.email, locked_at, now))
        except CarrierError as fault:
            log.error("an email about a locked account could not be sent", cause=str(fault))
            return
        self._database.write(lambda session: marks.record(session, name, locked_at + AGAIN_AFTER))


def _users_to_tell(session: Session, now: datetime) -> Sequence[User]:
    lately = select(User).where(User.technician_id.is_(None), User.lock_told_at > now - MAILED_WITHIN)
    return session.scalars(lately.order_by(User.id)).all()


def _email(desk: Desk, address: str, locked_at: datetime, now: datetime) -> Email:
    words = messages.lock_mail(moment(locked_at, desk.zone, now))
    id = f"lock-{sha256(address.encode()).hexdigest()[:12]}-{locked_at:%Y%m%d%H%M%S}"
    desk_name = desk.company.sender
    return Email(address, f"{desk_name}: failed logins", words, id, now, desk=desk_name)
