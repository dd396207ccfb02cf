"""What became of a page, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import Page, PageAttempt
from callbacks.paging.escalate import ESCALATING

ARRIVED = {
    "delivered": "arrived on the phone",
    "read": "read",
    "sent": "sent; the carrier has not said that it arrived",
    "queued": "with the carrier",
    "accepted": "with the carrier",
    "sending": "with the carrier",
    "initiated": "being dialled",
    "ringing": "ringing",
    "in-progress": "picked up",
    "completed": "picked up",
    "busy": "busy",
    "no-answer": "not answered",
    "canceled": "cancelled",
}
NOT_SENT = {
    "cancelled": "not sent: somebody had it already",
    "over the cap": "not sent: the day's cap was reached",
    "due": "waiting to be sent",
    "bundled": "went with others in one message",
}
STILL_ON = ("", "queued", "accepted", "sending", "sent", "initiated", "ringing", "in-progress")


KINDS = {
    "step": "page",
    "reminder": "reminder",
    "taken": "told who has it",
    "given": "given by a supervisor",
    "manager": "a manager is asked for",
    "outcome": "asked how it went",
    "connection": "to be connected to the customer",
    "closed": "told that it closed by itself",
    "over": "told that it is over",
    "unresolved": "told that the resolution is overdue",
    "reopened": "told that it is open again",
}


@dataclass(frozen=True)
class Result:
    """One way by which a test page went."""

    way: str
    words: str
    is_final: bool

    def __str__(self) -> str:
        return f"{self.way}: {self.words}"


def result_of(session: Session, page_id: int) -> Result:
    """Say what became of a test page, for whoever sent it."""
    page = session.get_one(Page, page_id)
    way = page.channel if page.number == "first" else f"{page.channel} to the second number"
    if page.answer == "heard":
        return Result(way, "confirmed by the person", True)
    last = session.scalars(
        select(PageAttempt).where(PageAttempt.page_id == page_id).order_by(PageAttempt.id.desc()).limit(1)
    ).first()
    if last is None:
        return Result(way, "waiting for a worker to send it", page.state == "cancelled")
    if page.state == "failed" or last.error:
        return Result(way, last.error or "failed", page.state == "failed")
    if page.channel == "mail":
        return Result(way, "handed to the mail server" if page.state == "sent" else "being sent", page.state == "sent")
    return Result(way, ARRIVED.get(last.carrier_status, "being sent"), last.carrier_status not in STILL_ON)


def occasion_in_words(page: Page) -> str:
    """What a page is about: "reminder", "told who has it". The number of an occasion counts decisions, not steps."""
    return KINDS.get(page.occasion.split()[0], page.occasion)


def became(page: Page, attempts: Sequence[PageAttempt], zone: ZoneInfo) -> str:
    """Say in words what became of a page: delivered when, refused why, answered how."""
    words = NOT_SENT.get(page.state, "")
    if attempts and page.state != "cancelled":
        words = _last(attempts[-1], zone) + _and_left(page, attempts[-1])
    if len(attempts) > 1:
        words += f" (tried {len(attempts)} times)"
    second = "" if page.number == "first" else f", to the {page.number} number"
    return f"{words}{second}; {page.answer}" if page.answer else f"{words}{second}"


def _and_left(page: Page, attempt: PageAttempt) -> str:
    """A private voicemail picks up as well; who takes a page, or hands it on, says so by a key."""
    is_a_page = page.channel == "call" and page.occasion.startswith(ESCALATING)
    is_over = attempt.carrier_status == "completed" and not attempt.error
    return ", and not taken: perhaps by a private voicemail" if is_a_page and is_over and not page.answer else ""


def _last(attempt: PageAttempt, zone: ZoneInfo) -> str:
    if attempt.error:
        return attempt.error
    words = ARRIVED.get(attempt.carrier_status, attempt.carrier_status or attempt.state)
    return f"{words} at {attempt.status_at.astimezone(zone):%H:%M:%S}" if attempt.status_at else words
