"""What reports are made of: calls as facts, and a night in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import (
    AttemptProof,
    CallbackOrigin,
    CallbackState,
    CallOutcome,
    ContactWay,
    PriorityLevel,
    VoicemailState,
)
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people import technicians, users
from callbacks.records.proofs import NO_TRIES, Tries
from callbacks.reporting.activity import ContactFact
from tests.tried import tried

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CARRIER, WORD, NO_NUMBER = AttemptProof.CARRIER, AttemptProof.WORD, AttemptProof.NO_NUMBER
PASSWORD = "correct horse battery"


def local(text: str) -> datetime:
    """Return a desk time, in the desk's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


def a_call(
    text: str,
    minutes: float | None = None,
    *,
    owed: bool = True,
    state: CallbackState = CallbackState.OPEN,
    proof: AttemptProof = AttemptProof.WORD,
    origin: CallbackOrigin = CallbackOrigin.VOICEMAIL,
    way: ContactWay = ContactWay.CALL,
) -> ContactFact:
    """Return a call at a desk time, whose customer was tried so many minutes later; None for not at all."""
    at = local(text)
    began = at.astimezone(UTC)
    tried_at = None if minutes is None else began + timedelta(minutes=minutes)
    call = ContactFact(
        local=at,
        began_at=began,
        way=way,
        line="direct",
        mailbox="support" if way is ContactWay.MAIL else "",
        is_open=not owed,
        outcome=CallOutcome.VOICEMAIL if owed else CallOutcome.ANSWERED,
        priority=PriorityLevel.P2,
        state=state,
        due_at=began + timedelta(minutes=30),
        owner_id=1 if tried_at else None,
        reference=f"AB-{at:%H%M}",
        origin=origin,
        callback_id=1,
        opened_at=began,
        promised_from=None,
        tries=_tries(proof, tried_at),
    )
    if owed:
        return call
    owed_only = ("priority", "state", "due_at", "owner_id", "reference", "origin", "callback_id", "opened_at")
    nothing_owed = dict.fromkeys(owed_only)
    return call._replace(**nothing_owed, tries=NO_TRIES)  # type: ignore[arg-type]


def _tries(proof: AttemptProof, at: datetime | None) -> Tries:
    return Tries(*(at if each is proof else None for each in (CARRIER, WORD, NO_NUMBER)))


def night(session: Session) -> None:
    """Store two callbacks: Amy tried the first customer in time, nobody tried the second."""
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
    store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
    for number, caller in enumerate(["=HYPERLINK(1)", "+15145550199"]):
        arrival = calls.Arrival(
            f"CA{number}", "direct", caller, "en", False, "outside support hours", "TN-Validation-Passed-A"
        )
        calls.record_call(session, arrival, BEGAN + number * HOUR)
        news = calls.Recording(VoicemailState.RECORDED, f"RE{number}", 9)
        calls.record_voicemail(session, DESK, arrival.sid, news, BEGAN + number * HOUR)
    first = session.scalars(select(Callback).order_by(Callback.id)).first()
    assert first is not None
    tried(session, first, amy, BEGAN + timedelta(minutes=12), WORD)


def add_staff(session: Session, now: datetime) -> None:
    """Add Sue the supervisor, Ada the administrator, Rita who only reads, and Amy, who is on call."""
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", now, verified=True)
    for name, role in (("sue", "supervisor"), ("ada", "administrator"), ("rita", "reader")):
        users.add_user(session, f"{name}@example.com", role, PASSWORD, now)
    users.add_user(session, "amy@example.com", "technician", PASSWORD, now, "Amy Roy")
    store.add_shift(session, DESK, amy, "primary", None, None, now)
