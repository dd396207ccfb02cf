"""The look back: asking the carrier for what no webhook brought. When it last succeeded, and since when it fails."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from callbacks.text.formats import day_and_time

LATE = timedelta(minutes=5)
# A machine that slept for hours has not succeeded for hours: its first failure is no alarm yet.
FAILS_FOR = timedelta(minutes=1)
FIRST_FOR = timedelta(seconds=20)  # nobody waits longer for the carrier before people are paged
SUCCEEDED = "reconciled"
FIRST_SINCE = "look back comes first since"
FAILING_SINCE = "look back fails since"


def last_success(session: Session) -> datetime | None:
    """Return when the carrier was last asked with success, or None if it never was."""
    return marks.last_at(session, SUCCEEDED)


def record_success(session: Session, now: datetime) -> None:
    """Record that everything the carrier has is here."""
    marks.record(session, SUCCEEDED, now)
    marks.clear(session, FAILING_SINCE)
    marks.clear(session, FIRST_SINCE)


def was_away(session: Session, now: datetime) -> bool:
    """Return whether nobody has asked the carrier for minutes, and nobody has found that it cannot be asked."""
    last = last_success(session)
    return last is not None and now - last >= LATE and marks.last_at(session, FAILING_SINCE) is None


def comes_first(session: Session, now: datetime) -> bool:
    """Return whether to ask the carrier before anybody is paged: what they texted or who called is not known yet."""
    marks.once(session, FIRST_SINCE, now)
    since = marks.last_at(session, FIRST_SINCE)
    return since is not None and timedelta(0) <= now - since < FIRST_FOR


def record_failure(session: Session, desk: Desk, fault: CarrierError, now: datetime) -> None:
    """Record that the carrier could not be asked. After five minutes supervisors are alerted, once."""
    marks.once(session, FAILING_SINCE, now)
    failing_since = marks.last_at(session, FAILING_SINCE) or now
    since = late_since(session, now)
    if since is None or now - failing_since < FAILS_FOR:
        return
    english, french = (day_and_time(since, desk.zone, language) for language in ("en", "fr"))
    words = messages.look_back_fails(Words(english, french), Words(str(fault), fault.french))
    alert_supervisors(session, desk, f"look back fails since {failing_since:%Y-%m-%d %H:%M:%S}", words, now)


def late_since(session: Session, now: datetime) -> datetime | None:
    """Return since when calls and recordings may be missing here, or None while that is not for long."""
    failing_since = marks.last_at(session, FAILING_SINCE)
    if failing_since is None:
        return None
    since = last_success(session) or failing_since
    return since if now - since >= LATE else None


def age(session: Session, now: datetime) -> timedelta | None:
    """Return how long ago the carrier was last asked with success, or since when it fails; None if it never was."""
    since = last_success(session) or marks.last_at(session, FAILING_SINCE)
    return None if since is None else max(now - since, timedelta(0))
