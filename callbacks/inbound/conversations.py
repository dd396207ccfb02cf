"""A customer calls again and speaks with a technician: an attempt that reached them (policy: After hours)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts.joining import join_open_callback
from callbacks.db.database import locked_or_none
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptProof, CallbackState, ReachOutcome
from callbacks.db.tables import Call, Callback, Event, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import awaits_attempt, note_attempt
from callbacks.paging.notices import notify_of_attempt
from callbacks.paging.pages import cancel_waiting
from callbacks.records.event_log import record_event

SOURCE = "the customer's call"


def record_conversation(
    session: Session, desk: Desk, sid: str, technician_id: int, now: datetime, *, is_proven: bool
) -> None:
    """Record that a caller has spoken with a technician about their open callback, once for each call.

    Only a caller who heard that it is about that callback, and did not say otherwise: an office shares a number.
    `is_proven`: the carrier reports that the two were connected. It reports nothing where the caller hangs up first.
    Nobody is asked how it went.
    """
    call, technician = locked_or_none(session, Call, sid), session.get(Technician, technician_id)
    if call is None or technician is None or not has_heard_standing(session, sid):
        return
    known = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == sid))
    if known is not None:
        if is_proven and known.proof is AttemptProof.WORD:
            known.proof, known.rang_at = AttemptProof.CARRIER, known.tried_at
        return
    joined = join_open_callback(session, desk, call, now)
    if joined is not None and joined[0].state is CallbackState.OPEN:
        _record(session, desk, joined[0], technician, sid, now, is_proven=is_proven)


def note_not_connected(session: Session, sid: str) -> None:
    """Record that a caller was never connected to the technician who took the call, whatever was recorded before."""
    known = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == sid))
    if known is not None and known.proof is AttemptProof.WORD:
        known.outcome = ReachOutcome.NOT_CONNECTED


def has_heard_standing(session: Session, sid: str) -> bool:
    """Return whether the caller heard how their open callback stands."""
    heard = select(Event.id).where(Event.contact_sid == sid, Event.kind == EventKind.STANDING_HEARD)
    return session.scalar(heard.limit(1)) is not None


def _record(
    session: Session, desk: Desk, callback: Callback, technician: Technician, sid: str, now: datetime, *,
    is_proven: bool,
) -> None:  # fmt: skip
    ends_the_paging = awaits_attempt(callback)
    at = _answered_at(session, sid) or now
    attempt = ReachAttempt(callback_id=callback.id, technician=technician, tried_at=at, call_sid=sid, told_by=SOURCE)
    attempt.outcome, attempt.proof = ReachOutcome.REACHED, AttemptProof.WORD
    if is_proven:
        attempt.proof, attempt.rang_at = AttemptProof.CARRIER, at
    session.add(attempt)
    record_event(session, callback.contact_sid, now, technician.name, EventKind.ATTEMPT, f"reached, by {SOURCE}")
    note_attempt(session, callback, technician, at)
    cancel_waiting(session, callback)
    if ends_the_paging:
        notify_of_attempt(session, desk, callback, technician, now)


def _answered_at(session: Session, sid: str) -> datetime | None:
    answered = select(func.max(Event.at)).where(Event.contact_sid == sid, Event.kind == EventKind.CALL_ANSWERED)
    return session.scalar(answered)
