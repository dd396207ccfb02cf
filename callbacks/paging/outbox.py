"""The outbox: sends each page at least once, and twice only when the carrier cannot say whether it has it.

How a request is made, and its answer stored, is in `callbacks.paging.sending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import Claim
from callbacks.db.states import ESCALATING, AttemptState, CallbackState, Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import is_looked_after
from callbacks.links import Links
from callbacks.logs import masked
from callbacks.paging import outages
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.channels.twilio import RING_TIMEOUT, Accepted, Carrier
from callbacks.paging.failures import (
    alert_to_account,
    fail,
    in_words,
    is_of_the_channel,
    note_refused_number,
    note_that_it_works,
    retry_meanwhile,
    wait_for_channel,
)
from callbacks.paging.message_choice import text_of_page
from callbacks.paging.pages import lock_callback_of, record_page_event, release_bundled
from callbacks.paging.sending import LEASE, LOOK_UP_AFTER, LOST_AFTER, REFUSED, Answer, Sending
from callbacks.paging.status_reports import StatusReport, record_acceptance
from callbacks.paging.throttle import may_be_sent
from callbacks.paging.transcript_texts import is_still_wanted
from callbacks.paging.webhook_urls import WebhookUrls
from callbacks.people.contact_methods import is_verified, number_of, why_not_dialed
from callbacks.text.bilingual import Words
from callbacks.text.formats import time_and_day
from callbacks.text.gsm7 import for_text_message
from sla.clock import Clock

log = structlog.get_logger(__name__)

CARRIED = (Channel.TEXT, Channel.CALL, Channel.CONNECTION)  # by the phone carrier
WRITTEN = (Channel.TEXT, Channel.MAIL)


@dataclass(frozen=True)
class SendRequest:
    """One request to the carrier or the mail server, complete: no row is read while it is made."""

    action: Literal["send", "look up"]
    attempt_id: int
    started_at: datetime
    channel: Channel
    to: str
    from_: str
    words: str
    page_id: int
    subject: str
    answer_url: str  # of a call: what is heard when it is answered
    rings_for: timedelta  # a call
    language: str
    due: str  # the deadline, as the words of a page say it
    mail_id: str  # the same each time; with the code, which a stranger who forges a bounce does not know


class Outbox(Sending[Page, SendRequest]):
    """Sends the pages that are due."""

    def __init__(
        self,
        database: Database,
        carrier: Carrier,
        mailer: Mailer,
        urls: WebhookUrls,
        links: Links,
        desk: Desk,
        clock: Clock,
    ) -> None:
        super().__init__(database)
        self._carrier, self._mailer = carrier, mailer
        self._urls, self._links, self._desk, self._clock = urls, links, desk, clock

    def next_due_at(self) -> datetime | None:
        """Return when the next page is due, or None when none waits."""
        earliest = select(func.min(Page.next_action_at)).where(Page.state == PageState.DUE)
        return self._database.read(lambda session: session.scalar(earliest))

    def claim(self, limit: int) -> list[Claim[Page]]:
        """Claim up to `limit` pages that are due: for callers on the line, first pages of a callback, then by deadline.

        Of a channel that the carrier refuses, one page at a time is claimed, to see whether it works again.
        """
        now = self._clock.now()
        is_first = or_(Page.kind == PageKind.LIVE_CALL, and_(Page.kind == PageKind.STEP, Page.round == 1))
        due = (
            select(Page)
            .outerjoin(Callback, Page.callback_id == Callback.id)
            .where(Page.state == PageState.DUE, Page.next_action_at <= now)
            .order_by(is_first.desc(), func.coalesce(Callback.due_at, Page.created_at), Page.id)
        )

        def work(session: Session) -> list[Claim[Page]]:
            refused = outages.refused_channels(session, now)
            open_ways = due.where(or_(Page.channel.not_in(refused), _is_unanswered())) if refused else due
            pages = list(leases.claim(session, Page, open_ways, LEASE, now, limit))
            for channel in (each for each in outages.BY_PHONE if each in refused):
                pages += _one_to_try(session, due, channel, now)
            return [leases.claim_on(page) for page in pages]

        return self._database.write(work)

    # Before the request

    def _prepare(self, session: Session, claim: Claim[Page]) -> SendRequest | None:
        page, now = _claimed(session, claim), self._clock.now()
        if page is None or not self._is_wanted(session, page, now):
            return None
        last = _last_attempt(session, page)
        if last is not None and last.state is AttemptState.SENDING:
            return self._request("look up", page, last)
        if not may_be_sent(session, self._desk, page, now):
            return None
        self._word(session, page, now)
        return self._request("send", page, _new_attempt(session, page, now))

    def _is_wanted(self, session: Session, page: Page, now: datetime) -> bool:
        """Return whether a page is still needed and has somebody to go to; otherwise end it."""
        is_past = page.kind is PageKind.OUTAGE and not outages.refused_channels(session, now)
        is_too_late = page.kind is PageKind.LIVE_CALL and now - page.created_at >= self._desk.ringing.each
        is_old_news = page.kind is PageKind.TRANSCRIPT and not is_still_wanted(session, page)
        if is_past or is_too_late or is_old_news or _is_obsolete(page):
            page.state, page.next_action_at = PageState.CANCELLED, None
            session.flush()
            release_bundled(session, select(Page.id).where(Page.id == page.id))
            return False
        why_not = _why_unreachable(page)
        if why_not is None and page.channel in CARRIED:
            why_not = why_not_dialed(page.technician, page.number, self._desk.dialing_rules)
            if why_not is not None:
                note_refused_number(session, self._desk, page, why_not, now)
        if why_not is not None:
            fail(session, self._desk, page, why_not, now)
        return why_not is None

    def _word(self, session: Session, page: Page, now: datetime) -> None:
        linked_at = page.linked_at or now
        link = self._links.page(page.id, linked_at)
        page.words = text_of_page(session, self._desk, page, now, link)
        if link in page.words and page.channel in WRITTEN:
            page.linked_at = linked_at

    def _request(self, action: Literal["send", "look up"], page: Page, attempt: PageAttempt) -> SendRequest:
        return SendRequest(
            action,
            attempt.id,
            attempt.started_at,
            page.channel,
            _recipient(page),
            _calling_number(self._desk, page),
            for_text_message(page.words) if page.channel is Channel.TEXT else page.words,
            page.id,
            f"{self._desk.company.sender}: {page.callback.reference if page.callback else page.kind.value}",
            self._answer_url(page),
            self._desk.ringing.each if page.kind is PageKind.LIVE_CALL else RING_TIMEOUT,
            page.technician.language,
            _due(self._desk, page, attempt.started_at),
            f"page-{page.id}-{page.code}".rstrip("-"),
        )

    def _answer_url(self, page: Page) -> str:
        if page.live_call_sid is not None:
            return self._urls.live_call(page.id, page.live_call_sid, page.technician.language)
        return self._urls.answered_call(page.id, page.channel, is_about_callback=page.callback is not None)

    # The request

    def _send(self, request: SendRequest) -> Accepted:
        log.info("sending page", channel=request.channel.value, to=masked(request.to), page=request.page_id)
        if request.channel is Channel.TEXT:
            return self._carrier.send_text(request.to, request.words, self._urls.text_status(request.attempt_id))
        if request.channel is Channel.MAIL:
            return self._mailer.send(_email(self._desk, request))
        reports = self._urls.call_status(request.attempt_id)
        return self._carrier.place_call(request.to, request.from_, request.answer_url, reports, request.rings_for)

    def _look_up(self, request: SendRequest) -> Accepted | None:
        """Return what the carrier made of a request whose answer was lost, or None if it does not know it."""
        if request.channel is Channel.MAIL:  # a mail server cannot be asked
            return None
        if request.channel is Channel.TEXT:
            return self._carrier.find_text(request.to, request.words, request.started_at)
        calls = self._carrier.find_calls(request.to, request.started_at)
        known = self._database.read(lambda session: _known_sids(session, [call.sid for call in calls]))
        return next((call for call in calls if call.sid not in known), None)

    # After the request

    def _store(self, session: Session, claim: Claim[Page], request: SendRequest, answer: Answer) -> None:
        page, attempt = _claimed(session, claim), session.get(PageAttempt, request.attempt_id)
        if page is None or attempt is None:
            log.warning("late answer dropped: another worker has claimed the page", page=claim.key)
            return
        now = self._clock.now()
        match answer:
            case Accepted(sid, status, code, words):
                note_that_it_works(session, self._desk, page, now)
                report = StatusReport(attempt.id, sid, status, code, words=words)
                record_acceptance(session, self._desk, attempt, report, now)
            case CarrierError(lost=True):
                _record_lost_answer(session, page, attempt, request, answer, now)
                if request.action == "look up":
                    self._note_outage(session, page, answer, now)
            case CarrierError():
                self._record_refusal(session, page, attempt, request, answer, now)
            case None if now - attempt.started_at >= LOST_AFTER:
                attempt.state, page.next_action_at = AttemptState.LOST, now
            case None:
                page.next_action_at = now + LOOK_UP_AFTER

    def _record_refusal(
        self,
        session: Session,
        page: Page,
        attempt: PageAttempt,
        request: SendRequest,
        fault: CarrierError,
        now: datetime,
    ) -> None:
        if request.action == "look up":  # the carrier refused the question, not the page
            page.next_action_at = now + LOOK_UP_AFTER
            self._note_outage(session, page, fault, now)
            return
        attempt.state, attempt.error = AttemptState.REFUSED, str(fault)
        attempt.error_code = fault.code
        to, channel = masked(request.to), request.channel.value
        log.warning("page refused", to=to, channel=channel, code=fault.code, cause=str(fault))
        if page.channel in CARRIED and is_of_the_channel(fault):
            page.tries -= 1  # nothing was tried with this person
            wait_for_channel(session, self._desk, page, fault, now)
            return
        note_that_it_works(session, self._desk, page, now)
        if fault.permanent:
            fail(session, self._desk, page, in_words(fault), now, fault.code)
            return
        page.next_action_at = now + REFUSED.after(page.tries)
        retry_meanwhile(session, page, now)
        alert_to_account(session, self._desk, fault, now)

    def _note_outage(self, session: Session, page: Page, fault: CarrierError, now: datetime) -> None:
        """The carrier lost our request, and answers no question about it either: nothing gets through."""
        if page.channel in CARRIED and (fault.lost or is_of_the_channel(fault)):
            wait_for_channel(session, self._desk, page, fault, now)
            page.next_action_at = now + LOOK_UP_AFTER


def _email(desk: Desk, request: SendRequest) -> Email:
    """Return a page as a mail. Sent again, it has the same message ID: a mail server cannot be asked for the first."""
    return Email(
        *(request.to, request.subject, request.words, request.mail_id, request.started_at),
        language=request.language,
        desk=desk.company.sender,
        important=(request.due,),
    )


def _due(desk: Desk, page: Page, now: datetime) -> str:
    callback = page.callback
    return time_and_day(callback.due_at, desk.zone, now, page.technician.language) if callback is not None else ""


def _claimed(session: Session, claim: Claim[Page]) -> Page | None:
    """Return the claimed page, locked after its callback, or None if the claim was lost or the page was cancelled."""
    lock_callback_of(session, claim.key)
    page = leases.held(session, claim)
    return page if page is not None and page.state is PageState.DUE else None


def _is_unanswered() -> ColumnElement[bool]:
    """Return the condition that the answer to a page is not known: it is looked up, not sent."""
    asked = select(PageAttempt.id).where(PageAttempt.page_id == Page.id, PageAttempt.state == AttemptState.SENDING)
    return asked.exists()


def _one_to_try(session: Session, due: Select[Page], channel: Channel, now: datetime) -> Sequence[Page]:
    """Claim one page of a refused channel, when it is time to see whether it works again."""
    waiting = due.where(Page.channel == channel, ~_is_unanswered())
    if session.scalars(waiting.limit(1)).first() is None or not outages.may_be_tried(session, channel, now):
        return []
    return leases.claim(session, Page, waiting, LEASE, now, 1)


def _is_obsolete(page: Page) -> bool:
    """Return whether a page is no longer needed: its callback is over or, for one that escalates, is looked after."""
    callback = page.callback
    if callback is None or (page.kind not in ESCALATING and page.channel is not Channel.CONNECTION):
        return False
    if callback.state is not CallbackState.OPEN:
        return True
    if page.kind is PageKind.TRY_AGAIN:
        return callback.owner_id != page.technician_id
    return page.kind in ESCALATING and is_looked_after(callback)


def _why_unreachable(page: Page) -> Words | None:
    """Return why a page must not be sent, or None. Only technicians are paged, and only on numbers they verified."""
    if page.technician.left_at is not None:
        return Words(f"{page.technician.name} has left the team.", f"{page.technician.name} a quitté l'équipe.")
    if page.channel is Channel.MAIL or page.kind is PageKind.VERIFICATION:
        return None
    if is_verified(page.technician, page.number):
        return None
    return Words(
        f"{page.technician.name}'s {page.number.value} number is not verified.",
        f"Un numéro de {page.technician.name} n'est pas vérifié.",
    )


def _last_attempt(session: Session, page: Page) -> PageAttempt | None:
    attempts = select(PageAttempt).where(PageAttempt.page_id == page.id)
    return session.scalars(attempts.order_by(PageAttempt.id.desc()).limit(1)).first()


def _new_attempt(session: Session, page: Page, now: datetime) -> PageAttempt:
    attempt = PageAttempt(page_id=page.id, started_at=now, state=AttemptState.SENDING)
    page.tries += 1
    session.add(attempt)
    session.flush()
    return attempt


def _recipient(page: Page) -> str:
    if page.channel is Channel.MAIL:
        return page.technician.email
    return number_of(page.technician, page.number) or ""


def _calling_number(desk: Desk, page: Page) -> str:
    """Return the number that a call to a technician comes from: the line that the customer called, where there is one.

    A callback keeps the name of its line when the line is no longer in the desk file.
    """
    call = page.callback.contact if page.callback is not None else page.live_call
    line = call.line if call is not None else ""
    return desk.lines[line if line in desk.lines else desk.line_called("")].number


def _record_lost_answer(
    session: Session, page: Page, attempt: PageAttempt, request: SendRequest, fault: CarrierError, now: datetime
) -> None:
    attempt.error, page.next_action_at = str(fault), now + LOOK_UP_AFTER
    if request.action == "send":
        record_page_event(session, page, now, Actor.CARRIER, EventKind.ANSWER_LOST, str(fault))


def _known_sids(session: Session, sids: list[str]) -> set[str]:
    found = session.scalars(select(PageAttempt.sid).where(PageAttempt.sid.in_(sids)))
    return {sid for sid in found if sid is not None}
