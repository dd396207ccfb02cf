"""The outbox: sends each page at least once, and more than once only when the carrier cannot say whether it has it.

A claim is a lease with a token. The attempt is written and committed first, then the carrier is asked with no
database connection held, then the answer is stored, if the token is still ours. An attempt whose answer was lost is
looked up at the carrier before anything is sent again: creating a message has no idempotency key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database, locked, locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import BackOff, Claim
from callbacks.db.states import (
    ESCALATING,
    FAILED,
    FINAL,
    RANKS,
    AttemptState,
    CallbackState,
    CarrierStatus,
    Channel,
    PageAnswer,
    PageKind,
    PageState,
)
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import escalate_now
from callbacks.links import Links
from callbacks.logs import masked
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors, send
from callbacks.paging.channels.mail import Letter, Post
from callbacks.paging.channels.twilio import ACCOUNT_REFUSED, IN_WORDS, OPERATORS_FAULTS, Accepted, Carrier
from callbacks.paging.contents import text_of_page
from callbacks.paging.escalate import page_another_way
from callbacks.paging.notices import ask_for_outcome
from callbacks.paging.pages import pages_by_way, release_bundled
from callbacks.paging.subject import subject_of
from callbacks.paging.throttle import Verdict, is_first_page, others_waiting, restraint, traffic_of
from callbacks.paging.webhook_urls import Addresses
from callbacks.people.person import Way
from callbacks.people.technicians import forget_trouble, is_verified, note_trouble, number_of, person
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
LOOK_AGAIN_AFTER = timedelta(seconds=5)
GIVEN_UP_AFTER = timedelta(seconds=20)  # not found at the carrier for so long: it never arrived there
REFUSED = BackOff(first=LOOK_AGAIN_AFTER, longest=timedelta(seconds=60))
HURRY_AFTER_TRIES = 2

# A page by phone that ended so, and was not answered by a key.
NOT_TAKEN = {
    CarrierStatus.BUSY: "busy",
    CarrierStatus.NO_ANSWER: "no answer",
    CarrierStatus.COMPLETED: "picked up and not taken; perhaps by a private voicemail",
}
# What does not connect a technician will not ring them for a page either.
TROUBLED = {Channel.CONNECTION: Channel.CALL}
# Wrong with this person's number, and still wrong tomorrow (twilio.com/docs/api/errors).
PERSONS_FAULTS = {21211, 21214, 21216, 21217, 21610, 21614, 21635, 30004, 30005, 30006}
# Wrong with our own number: no text to anybody arrives.
SENDERS_FAULTS = {21606, 30032, 30034}


@dataclass(frozen=True)
class Errand:
    """What is to be asked of the carrier, with everything that it takes: no row is needed while asking."""

    what: Literal["send", "look up"]
    attempt_id: int
    started_at: datetime
    channel: Channel
    to: str
    from_: str
    words: str
    page_id: int
    subject: str
    is_about_callback: bool


class Outbox:
    """Sends what is due."""

    def __init__(
        self,
        database: Database,
        carrier: Carrier,
        post: Post,
        addresses: Addresses,
        links: Links,
        desk: Desk,
        clock: Clock,
    ) -> None:
        self._database, self._carrier, self._post = database, carrier, post
        self._addresses, self._links, self._desk, self._clock = addresses, links, desk, clock

    def next_due_at(self) -> datetime | None:
        """Return when the next page is due."""
        earliest = select(func.min(Page.next_action_at)).where(Page.state == PageState.DUE)
        return self._database.read(lambda session: session.scalar(earliest))

    def claim(self, limit: int) -> list[Claim[Page]]:
        """Claim up to `limit` pages that are due: the first page of a callback before all others, then by urgency."""
        now = self._clock.now()
        is_later = or_(Page.kind != PageKind.STEP, Page.round != 1)
        due = (
            select(Page)
            .outerjoin(Callback, Page.callback_id == Callback.id)
            .where(Page.state == PageState.DUE, Page.next_action_at <= now)
            .order_by(is_later, func.coalesce(Callback.due_at, Page.created_at), Page.id)
        )

        def work(session: Session) -> list[Claim[Page]]:
            return [leases.claim_on(page) for page in leases.claim(session, Page, due, LEASE, now, limit)]

        return self._database.write(work)

    def deliver(self, claim: Claim[Page]) -> None:
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

    def _prepare(self, session: Session, claim: Claim[Page]) -> Errand | None:
        page = _mine(session, claim)
        if page is None:
            return None
        now = self._clock.now()
        if _has_lost_its_point(page):
            page.state, page.next_action_at = PageState.CANCELLED, None
            session.flush()
            release_bundled(session, select(Page.id).where(Page.id == page.id))
            return None
        if (why_not := _why_not_reached(page)) is not None:
            fail(session, self._desk, page, why_not, now)
            return None
        last = session.scalars(
            select(PageAttempt).where(PageAttempt.page_id == page.id).order_by(PageAttempt.id.desc()).limit(1)
        ).first()
        if last is not None and last.state is AttemptState.SENDING:
            return self._errand("look up", page, last)
        if not page.tries and not self._may_go(session, page, now):
            return None
        if page.kind in ESCALATING and not _bundled_into(session, page):
            link = self._links.page(page.id, page.created_at)
            page.words = text_of_page(session, self._desk, page, now, link)
        attempt = PageAttempt(page_id=page.id, started_at=now, state=AttemptState.SENDING)
        page.tries += 1
        session.add(attempt)
        session.flush()
        return self._errand("send", page, attempt)

    def _may_go(self, session: Session, page: Page, now: datetime) -> bool:
        """Say whether it goes now, perhaps with others bundled into it; otherwise see to it that it goes later."""
        if page.callback is None or page.kind not in (*ESCALATING, PageKind.TAKEN):
            return True
        is_first = page.kind is PageKind.STEP and is_first_page(session, page)
        limits, traffic = self._desk.limits, traffic_of(session, page, now)
        restrained = restraint(limits, page.channel, traffic, is_first=is_first, now=now)
        match restrained.verdict:
            case Verdict.WAIT:
                page.next_action_at = restrained.until
            case Verdict.BUNDLE if page.kind is PageKind.STEP:
                self._bundle(session, page, now + limits.bundle_every)
            case Verdict.OVER_THE_CAP:
                self._over_the_cap(session, page, now)
        return restrained.verdict in (Verdict.GO, Verdict.BUNDLE)

    def _bundle(self, session: Session, page: Page, horizon: datetime) -> None:
        others = others_waiting(session, page, horizon)
        if not others:
            return
        for other in others:
            other.state, other.next_action_at, other.bundled_into_id = PageState.BUNDLED, None, page.id
        about = [(subject_of(self._desk, p.callback), p.code) for p in (page, *others) if p.callback]
        page.words = messages.bundle(self._desk.company.sender, about, page.technician.language)

    def _over_the_cap(self, session: Session, page: Page, now: datetime) -> None:
        page.state, page.next_action_at = PageState.OVER_THE_CAP, None
        channel = page.channel.value
        detail = f"{page.technician.name}: over the day's cap on {channel}s"
        _record_event(session, page, now, Actor.DESK, EventKind.PAGE_CAPPED, detail)
        english = f"the day's cap on {channel}s is reached; only the first page of each callback goes out now."
        french = f"le plafond du jour ({channel}) est atteint; seul le premier avis de chaque rappel part encore."
        once = f"cap on {channel}s"
        alert_supervisors(session, self._desk, once, Words(english, french), now, daily=True)

    def _errand(self, what: Literal["send", "look up"], page: Page, attempt: PageAttempt) -> Errand:
        lines = self._desk.lines
        called = page.callback.call.line if page.callback is not None else ""
        line = lines[called] if called in lines else lines[self._desk.line_called("")]
        to = page.technician.email if page.channel is Channel.MAIL else number_of(page.technician, page.number) or ""
        subject = f"{self._desk.company.sender}: {page.callback.reference if page.callback else page.kind.value}"
        return Errand(
            what,
            attempt.id,
            attempt.started_at,
            page.channel,
            to,
            line.number,
            page.words,
            page.id,
            subject,
            page.callback is not None,
        )

    def _send(self, errand: Errand) -> Accepted:
        log.info("page goes out", channel=errand.channel.value, to=masked(errand.to), page=errand.page_id)
        if errand.channel is Channel.TEXT:
            return self._carrier.send_text(errand.to, errand.words, self._addresses.text_status(errand.attempt_id))
        if errand.channel is Channel.MAIL:
            letter_id = f"page-{errand.page_id}-{errand.attempt_id}"
            return self._post.send(Letter(errand.to, errand.subject, errand.words, letter_id, errand.started_at))
        url = self._addresses.of_call(errand.page_id, errand.channel, about_callback=errand.is_about_callback)
        return self._carrier.place_call(errand.to, errand.from_, url, self._addresses.call_status(errand.attempt_id))

    def _look_up(self, errand: Errand) -> Accepted | None:
        if errand.channel is Channel.MAIL:  # nobody can be asked; it is sent again after a while
            return None
        if errand.channel is Channel.TEXT:
            return self._carrier.find_text(errand.to, errand.words, errand.started_at)
        calls = self._carrier.find_calls(errand.to, errand.started_at)
        known = self._database.read(lambda session: _known_sids(session, [call.sid for call in calls]))
        return next((call for call in calls if call.sid not in known), None)

    def _settle(
        self, session: Session, claim: Claim[Page], errand: Errand, answer: Accepted | CarrierError | None
    ) -> None:
        page, attempt = _mine(session, claim), session.get(PageAttempt, errand.attempt_id)
        if page is None or attempt is None:
            log.warning("a late answer was refused: somebody else has the page", page=claim.key)
            return
        now = self._clock.now()
        match answer:
            case Accepted(sid, status):
                adopt(session, attempt, sid, status, now)
            case CarrierError(lost=True):
                attempt.error = str(answer)
                page.next_action_at = now + LOOK_AGAIN_AFTER
                if errand.what == "send":
                    _record_event(session, page, now, Actor.CARRIER, EventKind.ANSWER_LOST, str(answer))
            case CarrierError():
                self._refused(session, page, attempt, answer, errand, now)
            case None if now - attempt.started_at >= GIVEN_UP_AFTER:
                attempt.state = AttemptState.LOST
                page.next_action_at = now
            case None:
                page.next_action_at = now + LOOK_AGAIN_AFTER

    def _refused(
        self, session: Session, page: Page, attempt: PageAttempt, fault: CarrierError, errand: Errand, now: datetime
    ) -> None:
        if errand.what == "look up":  # the question was refused, not the page
            page.next_action_at = now + LOOK_AGAIN_AFTER
            return
        attempt.state, attempt.error, attempt.error_code = AttemptState.REFUSED, str(fault), fault.code
        to, channel = masked(errand.to), errand.channel.value
        log.warning("page refused", to=to, channel=channel, code=fault.code, cause=str(fault))
        if fault.permanent:
            fail(session, self._desk, page, str(fault), now, fault.code)
            return
        page.next_action_at = now + REFUSED.after(page.tries)
        if page.tries == HURRY_AFTER_TRIES and fault.code != ACCOUNT_REFUSED:
            _do_not_wait_for(session, page, fault, now)
        if fault.code in OPERATORS_FAULTS:
            english, french = f"pages are refused: {fault} Only you can mend this.", f"les avis sont refusés: {fault}"
            alert_supervisors(session, self._desk, f"account {fault.code}", Words(english, french), now, daily=True)


def adopt(session: Session, attempt: PageAttempt, sid: str, status: CarrierStatus, now: datetime) -> None:
    """Note that the carrier has this attempt, under this SID."""
    page = attempt.page
    attempt.state, attempt.sid = AttemptState.ACCEPTED, sid
    _raise_status(attempt, status, now)
    if page.state is PageState.DUE:
        page.state, page.next_action_at = PageState.SENT, None
        kind, whom = _event_of_sending(page), f"{page.technician.name} by {page.channel.value}"
        _record_event(session, page, now, Actor.DESK, kind, whom)
        for bundled in _bundled_into(session, page):
            _record_event(session, bundled, now, Actor.DESK, kind, f"{whom}, with others at once")


def _event_of_sending(page: Page) -> EventKind:
    if _escalates(page):
        return EventKind.PAGED
    return EventKind.CONNECTION_STARTED if page.channel is Channel.CONNECTION else EventKind.NOTIFIED


def carrier_reports(
    session: Session,
    desk: Desk,
    attempt_id: int,
    sid: str,
    status: CarrierStatus,
    error_code: int | None,
    now: datetime,
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
        fail(session, desk, page, attempt.error, now, error_code)
    elif status in NOT_TAKEN and (status is not CarrierStatus.COMPLETED or page.answer is PageAnswer.NONE):
        ending = NOT_TAKEN[status]
        if page.channel is Channel.CALL:
            _record_event(session, page, now, page.technician.name, EventKind.PAGE_NOT_TAKEN, ending)
    elif status in (CarrierStatus.DELIVERED, CarrierStatus.READ):
        forget_trouble(page.technician, Way(Channel.TEXT, page.number))
    if page.channel is Channel.CONNECTION and status in FINAL:
        ask_for_outcome(session, desk, page, sid, now)


def fail(session: Session, desk: Desk, page: Page, why: str, now: datetime, code: int | None = None) -> None:
    """A page that will never arrive: they are reached another way, and the next step is taken at once.

    What is wrong with a person's number is remembered, and the supervisor hears of it.
    """
    if page.state is PageState.FAILED:
        return
    page.state, page.next_action_at = PageState.FAILED, None
    _record_event(session, page, now, Actor.CARRIER, EventKind.PAGE_FAILED, f"{page.technician.name}: {why}")
    if code in PERSONS_FAULTS or page.channel is Channel.MAIL:
        _note_trouble(session, desk, page, why, now)
    elif code in SENDERS_FAULTS:
        english, french = f"no text goes out: {why} Pages go by phone.", f"aucun texto ne part: {why}"
        alert_supervisors(session, desk, f"sender {code}", Words(english, french), now, daily=True)
    session.flush()
    _go_on_without(session, desk, page, now)
    for bundled in _bundled_into(session, page):
        fail(session, desk, bundled, why, now)


def _note_trouble(session: Session, desk: Desk, page: Page, why: str, now: datetime) -> None:
    row, way = page.technician, Way(TROUBLED.get(page.channel, page.channel), page.number)
    if note_trouble(row, way, why):
        channel = way.channel.value
        english = f"{row.name} cannot be reached by {channel}: {why} They are paged another way until it is mended."
        french = f"{row.name} n'est pas joignable ({channel}): {why} Un autre moyen sert en attendant."
        words = Words(english, french)
        alert_supervisors(session, desk, f"{row.id} {way.key} {now:%Y-%m-%d %H:%M}", words, now)


def _go_on_without(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    if page.callback is None:
        _alarm_another_way(session, page, now)
    elif _escalates(page):
        theirs = select(Page.state).where(Page.callback_id == page.callback_id)
        same_step = theirs.where(Page.kind == page.kind, Page.round == page.round)
        nobody_left = all(state is PageState.FAILED for state in session.scalars(same_step))
        page_another_way(session, desk, page, now)
        if nobody_left:
            _hurry_once(session, page, now)


def _do_not_wait_for(session: Session, page: Page, fault: CarrierError, now: datetime) -> None:
    """It is tried on, but what else there is goes meanwhile."""
    if _escalates(page):
        _hurry_once(session, page, now)
    elif fault.code in SENDERS_FAULTS:
        _alarm_another_way(session, page, now)


def _hurry_once(session: Session, page: Page, now: datetime) -> None:
    """Take the next step at once, the first time that this way to this person fails: a second round gains nothing."""
    same_way = pages_by_way(page.callback_id, page.technician_id, page.channel, page.number)
    earlier = same_way.where(Page.id < page.id, Page.state == PageState.FAILED)
    if page.callback is not None and session.scalar(earlier.limit(1)) is None:
        escalate_now(page.callback, now)


def _alarm_another_way(session: Session, page: Page, now: datetime) -> None:
    """An alarm is not lost with the text that should have carried it: the phone rings and says it."""
    by_phone, is_alarm = Way(Channel.CALL), page.kind is PageKind.ALARM
    if is_alarm and page.channel is not Channel.CALL and by_phone in person(page.technician).ways:
        send(session, page.technician_id, by_phone, PageKind.ALARM, page.words, now)


def _raise_status(attempt: PageAttempt, status: CarrierStatus, now: datetime) -> bool:
    """Take on a status unless a later one is known; say whether it was taken on."""
    if RANKS[status] <= RANKS[attempt.carrier_status]:
        return False
    attempt.carrier_status, attempt.status_at = status, now
    return True


def _held(session: Session, page_id: int) -> Page | None:
    _lock_callback_of(session, page_id)
    return locked_or_none(session, Page, page_id)


def _mine(session: Session, claim: Claim[Page]) -> Page | None:
    _lock_callback_of(session, claim.key)
    page = leases.held(session, claim)
    return page if page is not None and page.state is PageState.DUE else None


def _lock_callback_of(session: Session, page_id: int) -> None:
    """Lock the callback before its pages: the same lock order everywhere, so no deadlock."""
    callback_id = session.scalar(select(Page.callback_id).where(Page.id == page_id))
    if callback_id is not None:
        locked(session, Callback, callback_id)


def _escalates(page: Page) -> bool:
    return page.kind in ESCALATING


def _has_lost_its_point(page: Page) -> bool:
    if page.callback is None:
        return False
    is_open = page.callback.state is CallbackState.OPEN
    if page.channel is Channel.CONNECTION:
        return not is_open
    return _escalates(page) and (page.callback.attempted_at is not None or not is_open)


def _why_not_reached(page: Page) -> str | None:
    """The last gate before the carrier: nobody is texted or rung but a technician on a number that they verified."""
    if page.technician.left_at is not None:
        return f"{page.technician.name} is no longer with us."
    if page.channel is Channel.MAIL or page.kind is PageKind.VERIFICATION:
        return None
    if is_verified(page.technician, page.number):
        return None
    return f"{page.technician.name}'s {page.number.value} number is not verified."


def _bundled_into(session: Session, page: Page) -> Sequence[Page]:
    return session.scalars(select(Page).where(Page.bundled_into_id == page.id).order_by(Page.id)).all()


def _record_event(session: Session, page: Page, now: datetime, actor: str, kind: EventKind, detail: str) -> None:
    """Add an event to the log of the callback that the page is about, if it is about one."""
    if page.callback is not None:
        record_event(session, page.callback.call_sid, now, actor, kind, detail)


def _known_sids(session: Session, sids: list[str]) -> set[str]:
    found = session.scalars(select(PageAttempt.sid).where(PageAttempt.sid.in_(sids)))
    return {sid for sid in found if sid is not None}
