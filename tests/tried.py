"""Attempts to reach the customer, inserted as rows with a proof."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.states import AttemptProof, ReachOutcome
from callbacks.db.tables import Callback, ReachAttempt, Technician


def tried(
    session: Session,
    callback: Callback,
    technician: Technician,
    at: datetime,
    proof: AttemptProof,
    outcome: ReachOutcome = ReachOutcome.NO_ANSWER,
    *,
    rang_at: datetime | None = None,
) -> ReachAttempt:
    """Insert an attempt, and leave the callback as the desk would: attempted, owned, breached when it was late."""
    by_word = proof in (AttemptProof.WORD, AttemptProof.NO_NUMBER)
    attempt = ReachAttempt(
        callback_id=callback.id,
        technician_id=technician.id,
        tried_at=at,
        outcome=outcome,
        proof=proof,
        rang_at=(rang_at or at) if proof is AttemptProof.CARRIER else None,
        is_told=by_word,
        told_by="text" if by_word else "connection",
    )
    session.add(attempt)
    if proof is not AttemptProof.NONE:
        callback.owner = callback.owner or technician
        callback.attempted_at = min(callback.attempted_at or at, rang_at or at)
        callback.breached_at = callback.due_at if callback.attempted_at > callback.due_at else None
    session.flush()
    return attempt
