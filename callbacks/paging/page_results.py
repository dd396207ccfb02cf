"""The delivery of a page in words: for the log, the console and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import ESCALATING, CarrierStatus, Channel, PageAnswer, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Page, PageAttempt

ARRIVED = {
    CarrierStatus.DELIVERED: "arrived on the phone",
    CarrierStatus.READ: "read",
    CarrierStatus.SENT: "sent; not confirmed by the carrier",
    CarrierStatus.QUEUED: "with the carrier",
    CarrierStatus.ACCEPTED: "with the carrier",
    CarrierStatus.SENDING: "with the carrier",
    CarrierStatus.INITIATED: "being dialled",
    CarrierStatus.RINGING: "ringing",
    CarrierStatus.IN_PROGRESS: "picked up",
    CarrierStatus.COMPLETED: "picked up",
    CarrierStatus.BUSY: "busy",
    CarrierStatus.NO_ANSWER: "not answered",
    CarrierStatus.CANCELED: "cancelled",
}
NOT_SENT = {
    PageState.CANCELLED: "not sent: no longer needed",
    PageState.OVER_THE_CAP: "not sent: the daily cap was reached",
    PageState.DUE: "waiting to be sent",
    PageState.BUNDLED: "sent with others in one message",
}
STILL_ON = (
    CarrierStatus.NONE,
    CarrierStatus.QUEUED,
    CarrierStatus.ACCEPTED,
    CarrierStatus.SENDING,
    CarrierStatus.SENT,
    CarrierStatus.INITIATED,
    CarrierStatus.RINGING,
    CarrierStatus.IN_PROGRESS,
)


KINDS = {
    PageKind.STEP: "page",
    PageKind.REMINDER: "reminder",
    PageKind.TAKEN: "who has it",
    PageKind.GIVEN: "assigned by a supervisor",
    PageKind.MANAGER: "manager requested",
    PageKind.OUTCOME: "how did it go",
    PageKind.CONNECTION: "connection to the customer",
    PageKind.CLOSED: "closed automatically",
    PageKind.OVER: "over",
    PageKind.UNRESOLVED: "resolution overdue",
    PageKind.REOPENED: "open again",
    PageKind.TRY_AGAIN: "next attempt due",
    PageKind.REVIEW: "still open",
    PageKind.CALLED_AGAIN: "the customer called or wrote again",
    PageKind.MAIL_RETURNED: "a mail to the customer did not arrive",
    PageKind.OVER_AGREED: "more billable time than agreed",
    PageKind.AT_RISK: "resolution nearly due",
    PageKind.CONSENT: "number to be allowed",
    PageKind.CONSENT_ANSWER: "whether the number is allowed",
    PageKind.FOLLOW_UP: "does the call need more work",
    PageKind.TEXT_ANSWER: "answer to a late text",
    PageKind.LIVE_CALL: "a customer on the line",
    PageKind.CUSTOMER_TEXT: "the customer texted",
    PageKind.TRANSCRIPT: "transcript of the message",
    PageKind.TEST: "test",
    PageKind.ALARM: "alert",
    PageKind.OUTAGE: "alert about the carrier",
    PageKind.VERIFICATION: "verification",
}


@dataclass(frozen=True)
class Result:
    """How a test page went by one contact method."""

    way: str
    words: str
    is_final: bool

    def __str__(self) -> str:
        return f"{self.way}: {self.words}"


def result_of(session: Session, page_id: int) -> Result:
    """Return how a test page went, for the person who sent it."""
    page = session.get_one(Page, page_id)
    channel = page.channel.value
    way = channel if page.number is PhoneSlot.FIRST else f"{channel} to the second number"
    if page.answer is PageAnswer.HEARD:
        return Result(way, "confirmed by the person", True)
    last = session.scalars(
        select(PageAttempt).where(PageAttempt.page_id == page_id).order_by(PageAttempt.id.desc()).limit(1)
    ).first()
    if last is None:
        return Result(way, "waiting for a worker to send it", page.state is PageState.CANCELLED)
    if page.state is PageState.FAILED or last.error:
        return Result(way, last.error or "failed", page.state is PageState.FAILED)
    if page.channel is Channel.MAIL:
        is_sent = page.state is PageState.SENT
        return Result(way, "handed to the mail server" if is_sent else "being sent", is_sent)
    return Result(way, ARRIVED.get(last.carrier_status, "being sent"), last.carrier_status not in STILL_ON)


def became(page: Page, attempts: Sequence[PageAttempt], zone: ZoneInfo) -> str:
    """Return in words what became of a page: delivered when, refused why, answered how."""
    words = NOT_SENT.get(page.state, "")
    if attempts and page.state is not PageState.CANCELLED:
        words = _last(attempts[-1], zone) + _and_left(page, attempts[-1])
    if len(attempts) > 1:
        words += f" (tried {len(attempts)} times)"
    second = "" if page.number is PhoneSlot.FIRST else f", to the {page.number.value} number"
    answer = "" if page.answer is PageAnswer.NONE else f"; {page.answer.value}"
    return f"{words}{second}{answer}"


def _and_left(page: Page, attempt: PageAttempt) -> str:
    """Return a doubt about a call that was picked up and not answered by a key: a private voicemail picks up too."""
    is_a_page = page.channel is Channel.CALL and page.kind in ESCALATING
    is_over = attempt.carrier_status is CarrierStatus.COMPLETED and not attempt.error
    is_unanswered = page.answer is PageAnswer.NONE
    return ", and not taken: perhaps by a private voicemail" if is_a_page and is_over and is_unanswered else ""


def _last(attempt: PageAttempt, zone: ZoneInfo) -> str:
    if attempt.error:
        return attempt.error
    words = ARRIVED.get(attempt.carrier_status, attempt.carrier_status.value or attempt.state.value)
    return f"{words} at {attempt.status_at.astimezone(zone):%H:%M:%S}" if attempt.status_at else words
