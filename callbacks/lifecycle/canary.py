"""The daily canary: when it is due, how far it came, and what its last run says.

A call of our own leaves a message on a line, and its page must come back as a text to a number of the account. Only
receipt by a phone proves that pages arrive: the carrier's reports may be wrong.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callbacks.db import marks

BACK_WITHIN = timedelta(minutes=10)
NEWS_FOR = timedelta(days=2)  # how long a failure is a warning: a canary that is switched off says nothing more

BEGAN, PLACED, ARRIVED = "canary began", "canary placed", "canary arrived"
BACK, BACK_FROM = "canary back", "canary back, began"


class Missing(enum.Enum):
    """The first stage that a canary did not reach."""

    CALL = "call"  # the carrier did not take the call
    ARRIVAL = "arrival"  # no webhook brought it
    RECORDING = "recording"
    PAGE = "page"  # none was sent
    RECEIPT = "receipt"  # it was sent, and did not arrive


@dataclass(frozen=True)
class Progress:
    """How far a canary came."""

    is_placed: bool
    has_arrived: bool
    is_recorded: bool
    is_paged: bool


@dataclass(frozen=True)
class LastRuns:
    """The last canary that came back, and the last one that did not."""

    back_at: datetime | None
    took: timedelta | None
    failed_at: datetime | None
    missing: Missing | None

    def has_failed(self, now: datetime) -> bool:
        """Return whether the last one did not come back, and that is news."""
        if self.failed_at is None or now - self.failed_at > NEWS_FOR:
            return False
        return self.back_at is None or self.back_at < self.failed_at


def is_due(at: time, zone: ZoneInfo, began_at: datetime | None, now: datetime) -> bool:
    """Return whether today's canary is to begin: it is time, and it has not begun."""
    local = now.astimezone(zone)
    return local.time() >= at and (began_at is None or began_at.astimezone(zone).date() < local.date())


def missing(progress: Progress) -> Missing:
    """Return what is missing of a canary that did not come back. A later stage proves the earlier ones."""
    if progress.is_paged:
        return Missing.RECEIPT
    if progress.is_recorded:
        return Missing.PAGE
    if progress.has_arrived:
        return Missing.RECORDING
    return Missing.ARRIVAL if progress.is_placed else Missing.CALL


def is_during(began_at: datetime | None, at: datetime, ended_at: datetime | None) -> bool:
    """Return whether a canary was under way at an instant."""
    if began_at is None or not began_at <= at < began_at + BACK_WITHIN:
        return False
    return ended_at is None or ended_at < began_at or at <= ended_at


def under_way(session: Session, at: datetime) -> datetime | None:
    """Return when the canary began that was under way at an instant, or None."""
    began_at = marks.last_at(session, BEGAN)
    return began_at if is_during(began_at, at, marks.last_at(session, BACK)) else None


def begin(session: Session, at: time, zone: ZoneInfo, now: datetime) -> bool:
    """Begin today's canary if it is due. Of several workers, one is told so."""
    began_at = marks.last_at(session, BEGAN)
    return is_due(at, zone, began_at, now) and marks.replace(session, BEGAN, began_at, now)


def take_arrival(session: Session, began_at: datetime, at: datetime) -> bool:
    """Record that the call of a canary arrived. Return False for any further call."""
    seen = marks.last_at(session, ARRIVED)
    return (seen is None or seen < began_at) and marks.replace(session, ARRIVED, seen, at)


def note_back(session: Session, began_at: datetime, now: datetime) -> None:
    """Record that the page of a canary was received."""
    marks.record(session, BACK, now)
    marks.record(session, BACK_FROM, began_at)


def to_be_failed(session: Session, now: datetime) -> datetime | None:
    """Return when the canary began that is not back in time and not reported as such yet, or None."""
    began_at = marks.last_at(session, BEGAN)
    if began_at is None or now < began_at + BACK_WITHIN:
        return None
    runs = last_runs(session)
    ends = [at for at in (runs.back_at, runs.failed_at) if at is not None]
    return began_at if all(at < began_at for at in ends) else None


def note_failed(session: Session, what: Missing, now: datetime) -> None:
    """Record that a canary did not come back."""
    marks.record(session, _failure(what), now)


def last_runs(session: Session) -> LastRuns:
    """Return the last canary that came back, and the last one that did not."""
    back_at, began_at = marks.last_at(session, BACK), marks.last_at(session, BACK_FROM)
    failures = [(at, what) for what in Missing if (at := marks.last_at(session, _failure(what))) is not None]
    failed_at, what = max(failures, key=lambda each: each[0], default=(None, None))
    took = back_at - began_at if back_at is not None and began_at is not None else None
    return LastRuns(back_at, took, failed_at, what)


def _failure(what: Missing) -> str:
    return f"canary without {what.value}"
