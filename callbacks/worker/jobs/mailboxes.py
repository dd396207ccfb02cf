"""Reads the mailboxes that customers write to, by IMAP. Mails stay on the server, marked as read.

The mark of a mailbox moves past a mail once it is stored. Whatever fails before, the mail is offered again, and one
that is stored already is known by its digest: nothing is lost, and nothing is there twice.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from callbacks.db import leases, marks
from callbacks.db.database import Database, insert_once
from callbacks.db.leases import Claim
from callbacks.db.tables import MailboxMark
from callbacks.desk.desk_file import Desk
from callbacks.inbound.mails.imap import TIME_LIMIT, Arrival, Inbox, MailboxFault, MailGone, RequestRefused, open_inbox
from callbacks.inbound.mails.parse import Unreadable
from callbacks.inbound.mails.take import Take, refuse_too_large
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.time_limit import time_limit
from callbacks.text.bilingual import Words
from callbacks.text.formats import span
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)  # how long a mailbox waits after its worker died
RENEWED_EVERY = timedelta(seconds=10)
HANGS_AFTER = timedelta(minutes=2)  # without an answer of the server: longer than one may take
LOOKED_AT_EVERY = timedelta(seconds=5)  # whether a mailbox is due
READ_EVERY = timedelta(seconds=30)  # without news from the server
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=2)
ALERTED_AFTER = timedelta(minutes=5)
MOST_ENDS = 5  # of workers while they took one mail: it may be what ends them, and others wait behind it
TRIES = 3  # of a mail that the server does not give, or on which the desk itself fails
AT_ONCE = 200  # mails whose arrival is asked for in one request
# What was read by people, this long before the desk first saw the mailbox, is none of its business.
HISTORY = timedelta(days=7)
LONGEST_FAILURE = 500

CANNOT_STORE = Words(
    "Mails cannot be stored now. Check the database, and the free space on the disk or the object store.",
    "Impossible d'enregistrer les courriels. Vérifiez la base de données et l'espace disque ou le stockage d'objets.",
)
ENDS_WORKERS = Words(
    "Five times a worker ended while it took this mail, so it is left alone.",
    "Cinq fois, un worker s'est arrêté en traitant ce courriel; il est laissé de côté.",
)
DESK_FAILED = Words("The desk failed on a mail.", "Le bureau n'arrive pas à traiter un courriel.")


@dataclass(frozen=True)
class Place:
    """How far a mailbox was read, and when the desk first saw it."""

    last_uid: int
    first_read_at: datetime


class LeaseLost(Exception):
    """Another worker has claimed the mailbox."""


def pause_after(failing_for: timedelta) -> timedelta:
    """Return when to try again a mailbox that has failed for so long: each pause is as long as all before it."""
    return min(max(failing_for, SHORTEST_PAUSE), LONGEST_PAUSE)


class MailboxReader:
    """Reads one mailbox. No transaction is open while it waits for the server."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        mailbox: str,
        url: str,
        take: Take,
        clock: Clock,
        open_at: Callable[[str], AbstractContextManager[Inbox]] = open_inbox,
        read_every: timedelta = READ_EVERY,
    ) -> None:
        self._database, self._desk, self._mailbox, self._url = database, desk, mailbox, url
        self._take, self._clock, self._open = take, clock, open_at
        self._read_every = read_every
        self._stopping = threading.Event()
        self._interrupt: Callable[[], None] | None = None  # ends what `run` waits for
        self._last_sign_at: datetime | None = None  # of this reader
        self._tries = Counter[tuple[int, int]]()  # of mails on which the desk failed, by UIDVALIDITY and UID

    def run(self) -> None:
        """Take what is new, then wait for more, until the mailbox cannot be read or `stop` is called."""
        self._work(self._read_on)

    def read_once(self) -> None:
        """Take what is new, if the mailbox is due."""
        self._work(self._read)

    def stop(self) -> None:
        """Have `run` end once the mail that is being taken is stored."""
        self._stopping.set()
        if (interrupt := self._interrupt) is not None:
            interrupt()

    def renew(self, claim: Claim[MailboxMark]) -> bool:
        """Hold the mailbox for another lease. Return whether to go on: it is still held, and this reader reads."""
        if self._last_sign_at is not None and self._clock.now() - self._last_sign_at > HANGS_AFTER:
            return False
        return self._database.write(lambda session: self._hold(session, claim)) is not None

    def _work(self, read: Callable[[Claim[MailboxMark], Inbox], None]) -> None:
        claim = None if self._stopping.is_set() else self._database.write(self._claim)
        if claim is None:
            return
        self._last_sign_at = self._clock.now()
        try:
            with ExitStack() as opened:
                opened.enter_context(leases.renewed(RENEWED_EVERY, lambda: self.renew(claim)))
                inbox = self._opened(opened)
                read(claim, inbox)
        except LeaseLost:
            return
        except MailboxFault as fault:
            if not self._stopping.is_set():
                words = fault.words
                log.warning("a mailbox could not be read; it is tried again", mailbox=self._mailbox, cause=str(fault))
                self._database.write(lambda session: self._failed(session, claim, words))
                return
        finally:
            self._interrupt = None
        self._database.write(lambda session: self._release(session, claim))

    def _opened(self, opened: ExitStack) -> Inbox:
        with time_limit(TIME_LIMIT) as limit:
            self._interrupt = limit.end
            inbox = opened.enter_context(self._open(self._url))
        self._interrupt = inbox.interrupt
        return inbox

    def _read_on(self, claim: Claim[MailboxMark], inbox: Inbox) -> None:
        while not self._stopping.is_set():
            self._read(claim, inbox)
            if not self._stopping.is_set():
                inbox.wait_for_news(self._read_every.total_seconds())

    def _read(self, claim: Claim[MailboxMark], inbox: Inbox) -> None:
        place = self._database.write(lambda session: self._begin(session, claim, inbox.uid_validity))
        uids = inbox.uids_above(place.last_uid)
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            if uids[-1] > some[-1]:  # what has just come does not wait until a whole mailbox is read again
                self._take_mails(claim, inbox, inbox.unread_above(some[-1])[:AT_ONCE], place)
            self._take_mails(claim, inbox, some, place, moves_mark=True)
        if not self._stopping.is_set():
            self._database.write(lambda session: self._finished(session, claim))

    def _take_mails(
        self, claim: Claim[MailboxMark], inbox: Inbox, uids: Sequence[int], place: Place, *, moves_mark: bool = False
    ) -> None:
        found = inbox.arrivals(uids) if uids else {}
        for uid in uids:
            if self._stopping.is_set():
                return
            if uid in found and not _is_history(found[uid], place):
                self._take_mail(claim, inbox, uid, found[uid])
                if moves_mark:
                    self._move_mark(claim, uid)
        if moves_mark:
            self._move_mark(claim, uids[-1])

    def _take_mail(self, claim: Claim[MailboxMark], inbox: Inbox, uid: int, found: Arrival) -> None:
        now = self._clock.now()
        arrived_at = min(found.arrived_at or now, now)
        why = self._why_not_taken(claim, inbox, uid, found.size, arrived_at)
        if why is not None:
            self._database.write(lambda session: self._given_up(session, claim, uid, why, arrived_at))
        else:
            with suppress(MailboxFault):  # it is stored; whether it is marked as read matters less than the next one
                inbox.mark_seen(uid)

    def _move_mark(self, claim: Claim[MailboxMark], uid: int) -> None:
        def move(session: Session) -> None:
            self._held(session, claim).last_uid = uid

        self._database.write(move)

    def _why_not_taken(
        self, claim: Claim[MailboxMark], inbox: Inbox, uid: int, size: int, arrived_at: datetime
    ) -> Words | None:
        """Take a mail. Return None, or why it can never be taken. Raise MailboxFault if it is to be tried again."""
        try:
            refuse_too_large(size)
            content = self._content(claim, inbox, uid)
            if not self._database.write(lambda session: self._begin_to_take(session, inbox, uid)):
                return ENDS_WORKERS
            self._take_or_fail(inbox, uid, content, arrived_at)
        except MailGone:
            return None
        except Unreadable as fault:
            return Words(str(fault), str(fault))
        except (OSError, OperationalError, InterfaceError, NoConnection) as fault:
            log.exception("a mail could not be stored; it is tried again", mailbox=self._mailbox, uid=uid)
            raise MailboxFault(CANNOT_STORE) from fault
        except RequestRefused as refusal:
            return self._why_given_up(inbox, uid, refusal)
        except (MailboxFault, LeaseLost):
            raise
        except Exception:
            log.exception("the desk failed on a mail", mailbox=self._mailbox, uid=uid)
            return self._why_given_up(inbox, uid, MailboxFault(DESK_FAILED))
        return None

    def _take_or_fail(self, inbox: Inbox, uid: int, content: bytes, arrived_at: datetime) -> None:
        """Take a mail, and note that this worker has outlived it."""
        try:
            self._take(self._mailbox, content, arrived_at)
        except Exception:
            self._database.write(lambda session: self._outlived(session, inbox, uid))
            raise
        self._database.write(lambda session: self._outlived(session, inbox, uid))

    def _why_given_up(self, inbox: Inbox, uid: int, fault: MailboxFault) -> Words:
        """Return why this mail is given up. Raise MailboxFault while it is tried again."""
        tried = inbox.uid_validity, uid
        self._tries[tried] += 1
        if self._tries[tried] < TRIES:
            raise fault
        return fault.words

    def _content(self, claim: Claim[MailboxMark], inbox: Inbox, uid: int) -> bytes:
        content = bytearray()
        for part in inbox.parts(uid):
            content += part
            refuse_too_large(len(content))
            self._database.write(lambda session: self._held(session, claim))
        return bytes(content)

    def _begin_to_take(self, session: Session, inbox: Inbox, uid: int) -> bool:
        """Note that a worker takes a mail. Return False if too many have ended while they did."""
        now = self._clock.now()
        return any(marks.once(session, name, now) for name in self._names_of_taking(inbox, uid))

    def _outlived(self, session: Session, inbox: Inbox, uid: int) -> None:
        for name in self._names_of_taking(inbox, uid):
            if not marks.clear(session, name):
                return

    def _names_of_taking(self, inbox: Inbox, uid: int) -> Iterator[str]:
        return (f"takes {self._mailbox} {inbox.uid_validity} {uid}, {count}" for count in range(1, MOST_ENDS + 1))

    def _claim(self, session: Session) -> Claim[MailboxMark] | None:
        now, own = self._clock.now(), select(MailboxMark).where(MailboxMark.mailbox == self._mailbox)
        if session.scalars(own).first() is None:
            new = {"mailbox": self._mailbox, "last_uid": 0, "failure": "", "token": 0}
            insert_once(session, MailboxMark, **new, next_action_at=now)
        for row in leases.claim(session, MailboxMark, own.where(MailboxMark.next_action_at <= now), LEASE, now):
            return leases.claim_on(row)
        return None

    def _held(self, session: Session, claim: Claim[MailboxMark]) -> MailboxMark:
        """Return the mark, and hold it for another lease. Raise LeaseLost."""
        mark = self._hold(session, claim)
        if mark is None:
            raise LeaseLost
        self._last_sign_at = self._clock.now()
        return mark

    def _hold(self, session: Session, claim: Claim[MailboxMark]) -> MailboxMark | None:
        mark = leases.held(session, claim)
        if mark is not None:
            mark.next_action_at = self._clock.now() + LEASE
        return mark

    def _begin(self, session: Session, claim: Claim[MailboxMark], uid_validity: int) -> Place:
        mark, now = self._held(session, claim), self._clock.now()
        name = f"mailbox {self._mailbox} first read"
        marks.once(session, name, now)
        if mark.uid_validity not in (None, uid_validity):
            self._alert(session, f"renumbered {uid_validity}", _renumbered(self._mailbox), now)
        if mark.uid_validity != uid_validity:
            mark.uid_validity, mark.last_uid = uid_validity, 0
        return Place(mark.last_uid, marks.last_at(session, name) or now)

    def _given_up(
        self, session: Session, claim: Claim[MailboxMark], uid: int, why: Words, arrived_at: datetime
    ) -> None:
        mark, at = self._held(session, claim), arrived_at.astimezone(self._desk.zone)
        log.error("a mail can never be taken", mailbox=self._mailbox, uid=uid, cause=why.english)
        words = _not_taken(self._mailbox, f"{at:%Y-%m-%d %H:%M}", why)
        self._alert(session, f"mail {mark.uid_validity} {uid}", words, self._clock.now())

    def _finished(self, session: Session, claim: Claim[MailboxMark]) -> None:
        mark, now = self._held(session, claim), self._clock.now()
        if mark.told_at is not None and mark.failing_since is not None:
            self._alert(session, f"works again {mark.failing_since.isoformat()}", _works_again(self._mailbox), now)
        mark.checked_at, mark.failing_since, mark.failure, mark.told_at = now, None, "", None

    def _failed(self, session: Session, claim: Claim[MailboxMark], why: Words) -> None:
        mark, now = leases.held(session, claim), self._clock.now()
        if mark is None:
            return
        mark.failing_since = mark.failing_since or now
        failing_for = now - mark.failing_since
        mark.failure, mark.next_action_at = why.english[:LONGEST_FAILURE], now + pause_after(failing_for)
        if mark.told_at is None and failing_for >= ALERTED_AFTER:
            mark.told_at = now
            words = _fails(self._mailbox, failing_for, why)
            self._alert(session, f"fails {mark.failing_since.isoformat()}", words, now)

    def _release(self, session: Session, claim: Claim[MailboxMark]) -> None:
        mark = leases.held(session, claim)
        if mark is not None:
            mark.next_action_at = self._clock.now()

    def _alert(self, session: Session, what: str, words: Words, now: datetime) -> None:
        alert_supervisors(session, self._desk, f"mailbox {self._mailbox} {what}", words, now)


def _is_history(found: Arrival, place: Place) -> bool:
    return found.is_seen and found.arrived_at is not None and found.arrived_at < place.first_read_at - HISTORY


def _fails(mailbox: str, failing_for: timedelta, why: Words) -> Words:
    return Words(
        f"the mailbox {mailbox} could not be read for {span(failing_for)}. {why.english} Mails wait there until then. "
        "Read it yourself for now.",
        f"la boîte {mailbox} est illisible depuis {span(failing_for)}. {why.french} Les courriels y attendent. "
        "Lisez-la vous-même d'ici là.",
    )


def _works_again(mailbox: str) -> Words:
    return Words(
        f"the mailbox {mailbox} can be read again. The mails that waited were taken.",
        f"la boîte {mailbox} est de nouveau lue. Les courriels en attente ont été pris.",
    )


def _renumbered(mailbox: str) -> Words:
    return Words(
        f"the mail server has renumbered the mailbox {mailbox} (UIDVALIDITY). All of it is read again; mails that are "
        "known are not taken twice.",
        f"le serveur de courriel a renuméroté la boîte {mailbox} (UIDVALIDITY). Elle est relue au complet; les "
        "courriels déjà connus ne sont pas repris.",
    )


def _not_taken(mailbox: str, arrived: str, why: Words) -> Words:
    return Words(
        f"a mail to {mailbox}, received {arrived}, cannot be taken. {why.english} Read it in the mailbox, where it "
        "stays unread.",
        f"un courriel à {mailbox}, reçu le {arrived}, ne peut pas être pris. {why.french} Lisez-le dans la boîte, où "
        "il reste non lu.",
    )
