"""Ignores texts from a number for an hour after five wrong codes: senders can be forged, and codes guessed.

Each number is counted by itself, so that somebody who forges one number does not block a technician's other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import Page, ReceivedText, Technician
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

WRONG_CODES_ALLOWED = 4
WITHIN = timedelta(hours=1)
STOPPED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Stop:
    """A time during which texts from a number are ignored."""

    since: datetime
    until: datetime


def stop_after(wrong_at: Sequence[datetime], now: datetime) -> Stop | None:
    """Return the stop that is in force, or None. `wrong_at` holds when wrong codes came, the earliest first. Pure."""
    for first, last in zip(wrong_at, wrong_at[WRONG_CODES_ALLOWED:], strict=False):
        if last - first < WITHIN and last <= now < last + STOPPED_FOR:
            return Stop(last, last + STOPPED_FOR)
    return None


def stop_of(session: Session, sender: str, now: datetime) -> Stop | None:
    """Return the stop that is in force for a number, or None."""
    lately = ReceivedText.at > now - WITHIN - STOPPED_FOR
    wrong = select(ReceivedText.at).where(ReceivedText.sender == sender[:64], ReceivedText.wrong_code, lately)
    return stop_after(session.scalars(wrong.order_by(ReceivedText.at)).all(), now)


def is_code_of(session: Session, technician: Technician, code: str) -> bool:
    """Return whether somebody was ever paged with this code. One of a closed callback is not wrong either."""
    theirs = select(Page.id).where(Page.technician_id == technician.id, Page.code == code)
    return session.scalar(theirs.limit(1)) is not None


def announce_stop(
    session: Session, desk: Desk, technician: Technician, sender: str, stop: Stop, now: datetime
) -> Words | None:
    """Alert the supervisors and return the answer to the number, once; None if that was done already."""
    alert = messages.wrong_codes_alert(technician.name, readable_number(sender), stop.until, desk.zone)
    if not alert_supervisors(session, desk, f"wrong codes {sender[:64]} {stop.since.isoformat()}", alert, now):
        return None
    line = readable_number(next(iter(desk.lines.values())).number)
    return messages.texting_stopped(stop.until, desk.zone, line)
