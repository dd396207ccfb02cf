"""What reports are made of: calls as facts, and a night in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.db.states import CallbackState, CallOutcome, PriorityLevel, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people import technicians, users
from callbacks.reporting.activity import CallFact

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PASSWORD = "correct horse battery"


def local(text: str) -> datetime:
    """Return a desk time, in the desk's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


def a_call(
    text: str, minutes: float | None = None, *, owed: bool = True, state: CallbackState = CallbackState.OPEN
) -> CallFact:
    """Return a call at a desk time, whose customer was tried so many minutes later; None for not at all."""
    at = local(text)
    began = at.astimezone(UTC)
    tried = None if minutes is None else began + timedelta(minutes=minutes)
    if not owed:
        return CallFact(at, began, "direct", True, CallOutcome.ANSWERED, None, None, None, None, None)
    due_at = began + timedelta(minutes=30)
    outcome, owner_id = CallOutcome.VOICEMAIL, 1 if tried else None
    return CallFact(at, began, "direct", False, outcome, PriorityLevel.P2, state, due_at, tried, owner_id)


def night(session: Session) -> None:
    """Store two callbacks: Amy tried the first customer in time, nobody tried the second."""
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
    store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
    for number, caller in enumerate(["=HYPERLINK(1)", "+15145550199"]):
        arrival = calls.Arrival(f"CA{number}", "direct", caller, "en", False, "outside support hours")
        calls.record_call(session, arrival, BEGAN + number * HOUR)
        news = calls.Recording(VoicemailState.RECORDED, f"RE{number}", 9)
        calls.record_voicemail(session, DESK, arrival.sid, news, BEGAN + number * HOUR)
    first = session.scalars(select(Callback).order_by(Callback.id)).first()
    assert first is not None
    record_attempt(session, first, amy, ReachOutcome.NO_ANSWER, "text", BEGAN + timedelta(minutes=12))


def add_staff(session: Session, now: datetime) -> None:
    """Add Sue the supervisor, Ada the administrator, Rita who only reads, and Amy, who is on call."""
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", now, verified=True)
    for name, role in (("sue", "supervisor"), ("ada", "administrator"), ("rita", "reader")):
        users.add_user(session, f"{name}@example.com", role, PASSWORD, now)
    users.add_user(session, "amy@example.com", "technician", PASSWORD, now, "Amy Roy")
    store.add_shift(session, DESK, amy, "primary", None, None, now)
