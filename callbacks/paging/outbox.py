"""The outbox: sends each page at least once, and more than once only when the carrier cannot say whether it has it.

A claim is a lease with a token. The attempt is written and committed first, then the carrier is asked with no
database connection held, then the answer is stored, if the token is still ours. An attempt whose answer was lost is
looked up at the carrier before anything is sent again: creating a message has no idempotency key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.database import Database
from callbacks.desk import Desk
from callbacks.errors import CarrierError
from callbacks.paging.addresses import Addresses
from callbacks.paging.carrier import IN_WORDS, Accepted, Carrier
from callbacks.paging.escalation import ESCALATING, hurry, refresh_words
from callbacks.saying import masked
from callbacks.story import tell
from callbacks.tables import Callback, Page, PageAttempt
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
LOOK_AGAIN_AFTER = timedelta(seconds=5)
GIVEN_UP_AFTER = timedelta(seconds=20)  # not found at the carrier for so long: it never arrived there
LONGEST_PAUSE = timedelta(seconds=60)
HURRY_AFTER_TRIES = 2

# A report never takes a page back to an earlier state, in whatever order reports arrive.
RANKS = {
    **dict.fromkeys(("accepted", "queued", "scheduled"), 0),
    **dict.fromkeys(("sending", "initiated"), 1),
    **dict.fromkeys(("sent", "ringing"), 2),
    "in-progress": 3,
    **dict.fromkeys(("delivered", "undelivered", "failed", "completed", "busy", "no-answer", "canceled"), 4),
    "read": 5,
}
FAILED = ("undelivered", "failed")
FINAL = ("completed", "busy", "no-answer", "failed", "canceled")  # of a call


@dataclass(frozen=True)
class Claim:
    """The right to work on a page, as long as nobody else has claimed it since."""

    page_id: int
    token: int


@dataclass(frozen=True)
class Errand:
    """What is to be asked of the carrier, with everything that it takes: no row is needed while asking."""

    what: Literal["send", "look up"]
    attempt_id: int
    started_at: datetime
    channel: str
    to: str
    from_: str
    words: str
    page_id: int


class Outbox:
    """Sends what is due."""

    def __init__(self, database: Database, carrier: Carrier, addresses: Addresses, desk: Desk, clock: Clock) -> None:
        self._database, self._carrier, self._addresses = database, carrier, addresses
        self._desk, self._clock = desk, clock

    def claim(self, limit: int) -> list[Claim]:
        """Claim up to `limit` pages that are due, those of the most urgent callbacks first."""
        now = self._clock.now()

        def work(session: Session) -> list[Claim]:
            due = (
                select(Page)
                .join(Callback, Page.callback_id == Callback.id)
                .where(Page.state == "due", Page.next_action_at <= now)
                .order_by(Callback.due_at, Page.id)
                .limit(limit)
                .with_for_update(of=Page, skip_locked=True)
            )
            claims = []
            for page in session.scalars(due).all():
                page.token += 1
                page.next_action_at = now + LEASE
                claims.append(Claim(page.id, page.token))
            return claims

        return self._database.write(work)

    def deliver(self, claim: Claim) -> None:
        """Carry a claimed page to the carrier and write down what it says."""
        errand = self._database.write(lambda session: self._prepare(session, claim))
        if errand is None:
            return
        answer: Accepted | CarrierError | None
        try:
            answer = self._send(errand) if errand.what == "send" else self._look_up(errand)
        except CarrierError as fault:
            answer = fault
        self._database.write(lambda session: self._settle(session, claim, errand, answer))

    def _prepare(self, session: Session, claim: Claim) -> Errand | None:
        page = _mine(session, claim)
        if page is None:
            return None
        now = self._clock.now()
        if _has_lost_its_point(page):
            page.state, page.next_action_at = "cancelled", None
            return None
        last = session.scalars(
            select(PageAttempt).where(PageAttempt.page_id == page.id).order_by(PageAttempt.id.desc()).limit(1)
        ).first()
        if last is not None and last.state == "sending":
            return self._errand("look up", page, last)
        attempt = PageAttempt(page_id=page.id, started_at=now, state="sending")
        page.tries += 1
        refresh_words(session, self._desk, page, now)
        session.add(attempt)
        session.flush()
        return self._errand("send", page, attempt)

    def _errand(self, what: Literal["send", "look up"], page: Page, attempt: PageAttempt) -> Errand:
        line = self._desk.lines[page.callback.call.line].number
        return Errand(
            what, attempt.id, attempt.started_at, page.channel, page.technician.phone, line, page.words, page.id
        )

    def _send(self, errand: Errand) -> Accepted:
        log.info("page goes out", channel=errand.channel, to=masked(errand.to), page=errand.page_id)
        if errand.channel == "text":
            return self._carrier.send_text(errand.to, errand.words, self._addresses.text_status(errand.attempt_id))
        connects = errand.channel == "connection"
        url = self._addresses.connection(errand.page_id) if connects else self._addresses.voice_page(errand.page_id)
        return self._carrier.place_call(errand.to, errand.from_, url, self._addresses.call_status(errand.attempt_id))

    def _look_up(self, errand: Errand) -> Accepted | None:
        if errand.channel == "text":
            return self._carrier.find_text(errand.to, errand.words, errand.started_at)
        calls = self._carrier.find_calls(errand.to, errand.started_at)
        known = self._database.read(lambda session: _known_sids(session, [call.sid for call in calls]))
        return next((call for call in calls if call.sid not in known), None)

    def _settle(self, session: Session, claim: Claim, errand: Errand, answer: Accepted | CarrierError | None) -> None:
        page, attempt = _mine(session, claim), session.get(PageAttempt, errand.attempt_id)
        if page is None or attempt is None:
            log.warning("a late answer was refused: somebody else has the page", page=claim.page_id)
            return
        now = self._clock.now()
        match answer:
            case Accepted(sid, status):
                adopt(session, attempt, sid, status, now)
            case CarrierError(lost=True):
                attempt.error = str(answer)
                page.next_action_at = now + LOOK_AGAIN_AFTER
                if errand.what == "send":
                    tell(session, page.callback.call_sid, now, "carrier", "answer lost", str(answer))
            case CarrierError():
                self._refused(session, page, attempt, answer, errand, now)
            case None if now - attempt.started_at >= GIVEN_UP_AFTER:
                attempt.state = "lost"
                page.next_action_at = now
            case None:
                page.next_action_at = now + LOOK_AGAIN_AFTER

    def _refused(
        self, session: Session, page: Page, attempt: PageAttempt, fault: CarrierError, errand: Errand, now: datetime
    ) -> None:
        if errand.what == "look up":  # the question was refused, not the page
            page.next_action_at = now + LOOK_AGAIN_AFTER
            return
        attempt.state, attempt.error, attempt.error_code = "refused", str(fault), fault.code
        log.warning("page refused", to=masked(errand.to), channel=errand.channel, code=fault.code, cause=str(fault))
        if fault.permanent:
            fail(session, page, str(fault), now)
            return
        page.next_action_at = now + min(LOOK_AGAIN_AFTER * 2 ** (page.tries - 1), LONGEST_PAUSE)
        if page.tries == HURRY_AFTER_TRIES and _escalates(page):
            hurry(page.callback, now)


def adopt(session: Session, attempt: PageAttempt, sid: str, status: str, now: datetime) -> None:
    """Note that the carrier has this attempt, under this SID."""
    page = attempt.page
    attempt.state, attempt.sid = "accepted", sid
    _raise_status(attempt, status, now)
    if page.state == "due":
        page.state, page.next_action_at = "sent", None
        what = "told" if page.occasion.startswith("taken") else "paged"
        tell(session, page.callback.call_sid, now, "desk", what, f"{page.technician.name} by {page.channel}")


def carrier_reports(
    session: Session, attempt_id: int, sid: str, status: str, error_code: int | None, now: datetime
) -> None:
    """Take in a status callback: early, late, doubled or out of order, the end is the same."""
    attempt = session.get(PageAttempt, attempt_id)
    if attempt is None:
        log.info("a report on an attempt that is not ours", sid=sid)
        return
    page = _held(session, attempt.page_id)
    session.refresh(attempt)
    if page is None or (attempt.sid not in (None, sid)):
        return
    if attempt.sid is None:
        adopt(session, attempt, sid, status, now)
    if not _raise_status(attempt, status, now):
        return
    if status in FAILED:
        words = IN_WORDS.get(error_code or 0, "the carrier does not say why")
        attempt.error_code, attempt.error = error_code, f"Not delivered: {words} ({error_code})."
        fail(session, page, attempt.error, now)
    elif status in ("busy", "no-answer") or (status == "completed" and not page.answer):
        ending = {"busy": "busy", "no-answer": "no answer"}.get(status, "answered by a machine, most likely")
        if page.channel == "call":
            tell(session, page.callback.call_sid, now, page.technician.name, "did not take the page", ending)


def fail(session: Session, page: Page, why: str, now: datetime) -> None:
    """A page that will never arrive: when nobody of its step is left, the next step is taken at once."""
    if page.state == "failed":
        return
    page.state, page.next_action_at = "failed", None
    tell(session, page.callback.call_sid, now, "carrier", "page failed", f"{page.technician.name}: {why}")
    same_step = select(Page.state).where(Page.callback_id == page.callback_id, Page.occasion == page.occasion)
    session.flush()
    if _escalates(page) and all(state == "failed" for state in session.scalars(same_step)):
        hurry(page.callback, now)


def _raise_status(attempt: PageAttempt, status: str, now: datetime) -> bool:
    """Take on a status unless a later one is known; say whether it was taken on."""
    if RANKS.get(status, -1) <= RANKS.get(attempt.carrier_status, -1):
        return False
    attempt.carrier_status, attempt.status_at = status, now
    return True


def _held(session: Session, page_id: int) -> Page | None:
    """Hold a page and its callback, the callback first as everybody does: nobody waits for each other in a ring."""
    page = session.get(Page, page_id)
    if page is not None:
        session.get(Callback, page.callback_id, with_for_update={"of": Callback}, populate_existing=True)
        session.refresh(page, with_for_update={"of": Page})
    return page


def _mine(session: Session, claim: Claim) -> Page | None:
    page = _held(session, claim.page_id)
    return page if page is not None and page.token == claim.token and page.state == "due" else None


def _escalates(page: Page) -> bool:
    return page.occasion.startswith(ESCALATING)


def _has_lost_its_point(page: Page) -> bool:
    return _escalates(page) and (page.callback.attempted_at is not None or page.callback.state != "open")


def _known_sids(session: Session, sids: list[str]) -> set[str]:
    found = session.scalars(select(PageAttempt.sid).where(PageAttempt.sid.in_(sids)))
    return {sid for sid in found if sid is not None}
