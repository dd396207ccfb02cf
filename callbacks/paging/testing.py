"""What became of a test page, in words for whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.tables import Page, PageAttempt

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
    "completed": "picked up, and nobody pressed 1: by a machine, most likely",
    "busy": "busy",
    "no-answer": "not answered",
    "canceled": "cancelled",
}
STILL_ON = ("", "queued", "accepted", "sending", "sent", "initiated", "ringing", "in-progress")


@dataclass(frozen=True)
class Result:
    """One way by which a test page went."""

    way: str
    words: str
    is_final: bool

    def __str__(self) -> str:
        return f"{self.way}: {self.words}"


def result_of(session: Session, page_id: int) -> Result:
    """Say what became of a page."""
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
