"""Mails the digests: each morning of the night before, each Monday of the week. No mail means that the desk is down.

Each mail has a mark of its own, so that any number of workers sends it once. A worker holds the mark while it sends.
When the mail could not be sent, or the worker died, the hold runs out and the mail is sent again, until the last time
that the desk file allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.states import SUPERVISING_ROLES
from callbacks.db.tables import User
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.messages import digest_not_mailed
from callbacks.records.log_check import heads
from callbacks.reporting.digest import Digest, digest_text, local_instant, log_line
from callbacks.text.bilingual import Words
from sla.clock import Clock

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(minutes=5)  # longer than a mail server may take to answer


def due(desk: Desk, now: datetime) -> list[Digest]:
    """Return the digests to be mailed at `now`: those of this morning, between the two times of the desk file. Pure."""
    local = now.astimezone(desk.zone)
    if not desk.digest.at <= local.time() < desk.digest.until:
        return []
    night = Digest("night", local.date())
    return [night, Digest("week", local.date())] if local.weekday() == 0 else [night]


class DigestMailer:
    """Sends the digests that are due, if a mail server is configured."""

    def __init__(self, database: Database, mailer: Mailer, desk: Desk, public_url: str, clock: Clock) -> None:
        self._database, self._mailer, self._desk = database, mailer, desk
        self._public_url, self._clock = public_url, clock

    def send_due(self) -> None:
        """Send each digest that is due to each recipient who has not had it yet."""
        now = self._clock.now()
        if not self._mailer.url:
            return
        for digest in due(self._desk, now):
            for address in self._database.read(lambda session: recipients(session, self._desk)):
                self._send_once(digest, address, now)

    def _send_once(self, digest: Digest, address: str, now: datetime) -> None:
        name = _mark(digest, address)
        if not self._database.write(lambda session: marks.hold(session, name, now + AGAIN_AFTER, now)):
            return
        written = self._database.read(lambda session: digest_text(session, self._desk, digest, self._public_url, now))
        words = f"{written.words}\n{log_line(self._database.read(heads))}\n"
        addressee = sha256(address.encode()).hexdigest()[:12]
        email = Email(
            *(address, written.subject, words, f"digest-{digest.of}-{digest.day}-{addressee}", now),
            language="en",
            desk=self._desk.company.sender,
            important=written.headings,
        )
        try:
            self._mailer.send(email)
        except CarrierError as fault:
            self._fail(digest, address, fault, now)
            return
        self._done(digest, address)
        log.info("digest mailed", of=digest.of, day=str(digest.day))

    def _fail(self, digest: Digest, address: str, fault: CarrierError, now: datetime) -> None:
        if not fault.permanent:
            log.error("a digest could not be mailed; it is tried again", of=digest.of, cause=str(fault))
            return
        log.error("a digest could not be mailed", of=digest.of, cause=str(fault))
        words, about = digest_not_mailed(address, Words(str(fault), fault.french)), f"digest to {address}"
        self._database.write(lambda session: alert_supervisors(session, self._desk, about, words, now, daily=True))
        self._done(digest, address)

    def _done(self, digest: Digest, address: str) -> None:
        """Never mail this digest to this address again."""
        name, until = _mark(digest, address), _last_time(self._desk, digest)
        self._database.write(lambda session: marks.record(session, name, until))


def recipients(session: Session, desk: Desk) -> list[str]:
    """Return the addresses of supervisors, of administrators and of the desk file, each once."""
    ours = session.scalars(select(User.email).where(User.role.in_(SUPERVISING_ROLES)).order_by(User.email))
    return list(dict.fromkeys(address for address in (*ours, *desk.digest.also_to) if "@" in address))


def _mark(digest: Digest, address: str) -> str:
    return f"digest of the {digest.of} {digest.day} {address}"


def _last_time(desk: Desk, digest: Digest) -> datetime:
    return local_instant(desk.zone, digest.day, desk.digest.until)
