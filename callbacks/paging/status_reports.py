"""Takes in what the carrier reports on a page: that it accepted it, and how delivery or the call went.

Reports come early, late, twice or out of order; the result is the same. An answer to a request and a look-up are
reports like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import (
    ESCALATING,
    FAILED,
    FINAL,
    RANKS,
    AttemptState,
    CarrierStatus,
    Channel,
    PageAnswer,
    PageState,
)
from callbacks.db.tables import Call, EarlyReport, Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.paging import outages
from callbacks.paging.channels.carrier_errors import OF_THE_CHANNEL, cause_of, is_dead_number, sip_words
from callbacks.paging.connections import ask_after_call
from callbacks.paging.failures import fail, note_arrival, note_cause, wait_after_report
from callbacks.paging.pages import locked_page, pages_bundled_into, record_page_event
from callbacks.people.contact_methods import clear_failure
from callbacks.people.person import ContactMethod
from callbacks.text.bilingual import Words
from callbacks.text.sids import CALL

log = structlog.get_logger(__name__)

# How a page by phone ended that nobody answered with a key.
NOT_TAKEN = {
    CarrierStatus.BUSY: "busy",
    CarrierStatus.NO_ANSWER: "no answer",
    CarrierStatus.COMPLETED: "picked up and not taken; perhaps by a private voicemail",
    CarrierStatus.CANCELED: "cancelled before anybody answered",
}
ARRIVED = (CarrierStatus.DELIVERED, CarrierStatus.READ, CarrierStatus.IN_PROGRESS, CarrierStatus.COMPLETED)


KEPT_FOR = timedelta(days=1)  # a report on a request whose answer we have not stored
# The carrier may not list a call yet that it has begun. So a request that it did not know can have been carried out.
LATE_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class StatusReport:
    """What the carrier says of a message or a call: in a status callback, an answer, or when it is looked up."""

    attempt_id: int  # named by us in the callback's URL
    sid: str
    status: CarrierStatus
    error_code: int | None = None
    sip_code: int | None = None
    words: str = ""  # the carrier's own, for an error


def take_report(session: Session, desk: Desk, report: StatusReport, now: datetime) -> None:
    """Store a status report and do what follows from it. A report on a SID that we do not know yet is kept."""
    found = _attempt_of(session, report, now)
    page = locked_page(session, found.page_id) if found is not None else None
    if found is None or page is None:
        _keep(session, report, now)
        return
    session.refresh(found)
    if found.sid is None:
        record_acceptance(session, desk, found, report, now)
    else:
        _apply(session, desk, page, found, report, now)


def record_acceptance(session: Session, desk: Desk, attempt: PageAttempt, report: StatusReport, now: datetime) -> None:
    """Record that the carrier has this attempt, under this SID, and what it has reported on it so far."""
    attempt.state, attempt.sid = AttemptState.ACCEPTED, report.sid
    _record_sending(session, attempt.page, now)
    for known in (report, *_early_reports(session, report)):
        _apply(session, desk, attempt.page, attempt, known, now)


def _record_sending(session: Session, page: Page, now: datetime) -> None:
    if page.state is not PageState.DUE:
        return
    page.state, page.next_action_at = PageState.SENT, None
    kind, detail = _event_of_sending(page), f"{page.technician.name} by {page.channel.value}"
    record_page_event(session, page, now, Actor.DESK, kind, detail)
    for bundled in pages_bundled_into(session, page):
        record_page_event(session, bundled, now, Actor.DESK, kind, f"{detail}, with others in one message")


def _attempt_of(session: Session, report: StatusReport, now: datetime) -> PageAttempt | None:
    """Return the attempt with this SID, or the one that the report names, while its SID is awaited."""
    by_sid = session.scalars(select(PageAttempt).where(PageAttempt.sid == report.sid)).first()
    if by_sid is not None:
        return by_sid
    named = session.get(PageAttempt, report.attempt_id)
    is_of_its_kind = named is not None and (named.page.channel is Channel.TEXT) is not report.sid.startswith(CALL)
    return named if named is not None and is_of_its_kind and is_awaited(named, now) else None


def is_awaited(attempt: PageAttempt, now: datetime) -> bool:
    """Return whether the carrier was asked and its answer, which names the SID, is not stored yet.

    One that was lost is awaited for some minutes: whoever picks up a call that comes late must hear the page.
    """
    is_late = attempt.state is AttemptState.LOST and now - attempt.started_at < LATE_WITHIN
    return attempt.sid is None and (attempt.state is AttemptState.SENDING or is_late)


def is_known(session: Session, sid: str) -> bool:
    """Return whether this is the SID of another request of ours, or of a customer's call."""
    attempts, calls = select(PageAttempt.id).where(PageAttempt.sid == sid), select(Call.sid).where(Call.sid == sid)
    return session.scalar(attempts) is not None or session.scalar(calls) is not None


def _keep(session: Session, report: StatusReport, now: datetime) -> None:
    log.info("status report on an unknown request", sid=report.sid)
    session.execute(delete(EarlyReport).where(EarlyReport.at < now - KEPT_FOR))
    session.add(
        EarlyReport(
            sid=report.sid, status=report.status, error_code=report.error_code, sip_code=report.sip_code, at=now
        )
    )


def _early_reports(session: Session, answer: StatusReport) -> list[StatusReport]:
    """Return the reports on a request that came before its answer was stored, and drop them."""
    rows = session.scalars(select(EarlyReport).where(EarlyReport.sid == answer.sid).order_by(EarlyReport.id)).all()
    for row in rows:
        session.delete(row)
    return [StatusReport(answer.attempt_id, row.sid, row.status, row.error_code, row.sip_code) for row in rows]


def _apply(session: Session, desk: Desk, page: Page, attempt: PageAttempt, report: StatusReport, now: datetime) -> None:
    is_news = _advance(attempt, report.status, now)
    has_reason = attempt.error_code is None and attempt.sip_code is None and (report.error_code or report.sip_code)
    attempt.sip_code = attempt.sip_code or report.sip_code
    if is_news:
        _follow_up(session, desk, page, attempt, report, now)
    elif has_reason and _has_failed(page, report) and attempt.carrier_status is report.status:
        why = _explain(attempt, report)
        note_cause(session, desk, page, why, now, report.error_code, report.sip_code)


def _advance(attempt: PageAttempt, status: CarrierStatus, now: datetime) -> bool:
    """Set a status unless a later one is known. Return whether it was set."""
    if RANKS[status] <= RANKS[attempt.carrier_status]:
        return False
    attempt.carrier_status, attempt.status_at = status, now
    return True


def _event_of_sending(page: Page) -> EventKind:
    if page.kind in ESCALATING:
        return EventKind.PAGED
    return EventKind.CONNECTION_STARTED if page.channel is Channel.CONNECTION else EventKind.NOTIFIED


def _follow_up(
    session: Session, desk: Desk, page: Page, attempt: PageAttempt, report: StatusReport, now: datetime
) -> None:
    if _has_failed(page, report):
        why = _explain(attempt, report)
        if page.answer is PageAnswer.NONE and not _is_sent_again(session, attempt):
            _record_failure(session, desk, page, why, report, now)
    elif page.channel is Channel.CALL and _is_not_taken(page, report.status):
        ending = sip_words(report.sip_code) or NOT_TAKEN[report.status]
        record_page_event(session, page, now, page.technician.name, EventKind.PAGE_NOT_TAKEN, ending)
    if report.status in ARRIVED:
        clear_failure(page.technician, ContactMethod(outages.line_of(page), page.number))
        note_arrival(session, desk, page, attempt.started_at, now)
    if report.status in FINAL:
        ask_after_call(session, desk, report.sid, now)


def _has_failed(page: Page, report: StatusReport) -> bool:
    """Return whether a page never arrived: the carrier or the network says so, or the carrier dropped a text."""
    is_dropped = page.channel is Channel.TEXT and report.status is CarrierStatus.CANCELED
    is_dead = is_dead_number(report.sip_code) and report.status in (CarrierStatus.BUSY, CarrierStatus.NO_ANSWER)
    return report.status in FAILED or is_dropped or is_dead


def _explain(attempt: PageAttempt, report: StatusReport) -> Words:
    """Store why a page did not arrive, and return it."""
    cause = cause_of(report.error_code, report.sip_code, report.words).words
    why = Words(f"Not delivered: {cause.english}.", f"Non livré: {cause.french}.")
    attempt.error_code, attempt.error = report.error_code, why.english
    return why


def _is_sent_again(session: Session, attempt: PageAttempt) -> bool:
    """Return whether the page was sent once more, because the answer to this attempt was lost, and may arrive."""
    others = select(PageAttempt.id).where(PageAttempt.page_id == attempt.page_id, PageAttempt.id != attempt.id)
    under_way = PageAttempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED))
    alive = others.where(under_way, PageAttempt.carrier_status.not_in(FAILED))
    return session.scalar(alive.limit(1)) is not None


def _record_failure(session: Session, desk: Desk, page: Page, why: Words, report: StatusReport, now: datetime) -> None:
    fault = cause_of(report.error_code, report.sip_code).fault
    if fault in OF_THE_CHANNEL and page.channel is not Channel.CONNECTION:
        wait_after_report(session, desk, page, why, fault, now)
    else:
        fail(session, desk, page, why, now, report.error_code, report.sip_code)


def _is_not_taken(page: Page, status: CarrierStatus) -> bool:
    is_answered = status is CarrierStatus.COMPLETED and page.answer is not PageAnswer.NONE
    return status in NOT_TAKEN and not is_answered
