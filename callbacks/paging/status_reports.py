"""Takes in what the carrier reports on a page: that it accepted it, and how delivery or the call went.

Reports come early, late, twice or out of order; the result is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
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
from callbacks.db.tables import Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.paging.channels.carrier_errors import error_code
from callbacks.paging.connections import ask_after_call
from callbacks.paging.failures import fail
from callbacks.paging.pages import locked_page, pages_bundled_into, record_page_event
from callbacks.people.contact_methods import clear_failure
from callbacks.people.person import ContactMethod

log = structlog.get_logger(__name__)

# How a page by phone ended that nobody answered with a key.
NOT_TAKEN = {
    CarrierStatus.BUSY: "busy",
    CarrierStatus.NO_ANSWER: "no answer",
    CarrierStatus.COMPLETED: "picked up and not taken; perhaps by a private voicemail",
}
ARRIVED = (CarrierStatus.DELIVERED, CarrierStatus.READ)


@dataclass(frozen=True)
class StatusReport:
    """One status callback of the carrier."""

    attempt_id: int  # named by us in the callback's URL
    sid: str
    status: CarrierStatus
    error_code: int | None = None


def take_report(session: Session, desk: Desk, report: StatusReport, now: datetime) -> None:
    """Store a status report and do what follows from it. A report that is not about our page changes nothing."""
    attempt = session.get(PageAttempt, report.attempt_id)
    if attempt is None:
        log.info("status report on an unknown attempt", sid=report.sid)
        return
    page = locked_page(session, attempt.page_id)
    session.refresh(attempt)
    if page is None or (attempt.sid not in (None, report.sid)):
        return
    if attempt.sid is None:
        record_acceptance(session, attempt, report.sid, report.status, now)
    if _advance(attempt, report.status, now):
        _follow_up(session, desk, page, attempt, report, now)


def record_acceptance(session: Session, attempt: PageAttempt, sid: str, status: CarrierStatus, now: datetime) -> None:
    """Record that the carrier has this attempt, under this SID."""
    page = attempt.page
    attempt.state, attempt.sid = AttemptState.ACCEPTED, sid
    _advance(attempt, status, now)
    if page.state is not PageState.DUE:
        return
    page.state, page.next_action_at = PageState.SENT, None
    kind, detail = _event_of_sending(page), f"{page.technician.name} by {page.channel.value}"
    record_page_event(session, page, now, Actor.DESK, kind, detail)
    for bundled in pages_bundled_into(session, page):
        record_page_event(session, bundled, now, Actor.DESK, kind, f"{detail}, with others in one message")


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
    if report.status in FAILED:
        words = error_code(report.error_code).words
        attempt.error_code, attempt.error = report.error_code, f"Not delivered: {words} ({report.error_code})."
        fail(session, desk, page, attempt.error, now, report.error_code)
    elif page.channel is Channel.CALL and _is_not_taken(page, report.status):
        ending = NOT_TAKEN[report.status]
        record_page_event(session, page, now, page.technician.name, EventKind.PAGE_NOT_TAKEN, ending)
    elif report.status in ARRIVED:
        clear_failure(page.technician, ContactMethod(Channel.TEXT, page.number))
    if report.status in FINAL:
        ask_after_call(session, desk, report.sid, now)


def _is_not_taken(page: Page, status: CarrierStatus) -> bool:
    is_answered = status is CarrierStatus.COMPLETED and page.answer is not PageAnswer.NONE
    return status in NOT_TAKEN and not is_answered
