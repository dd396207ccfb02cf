"""What attempts to reach a customer prove, and who decided how each went (policy: After hours).

Everything that counts or shows a proof takes it from here, so that a report, a screen and an export agree.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptProof, CallbackState, ReachOutcome
from callbacks.db.tables import Callback, Contact, ReachAttempt

PROOF_WORDS: Mapping[AttemptProof, str] = {
    AttemptProof.CARRIER: "Proven by the carrier",
    AttemptProof.MAIL: "Proven by the mail server",
    AttemptProof.WORD: "By a technician's word",
    AttemptProof.NO_NUMBER: "Nobody could be called",
    AttemptProof.NONE: "No attempt: no phone rang, or the mail came back",
}
# The best first.
PROOFS_OF_ATTEMPT = (AttemptProof.CARRIER, AttemptProof.MAIL, AttemptProof.WORD)
# A row without a proof is a call to the customer that never rang, or a reply by mail that came back: no attempt.
IS_ATTEMPT = ReachAttempt.proof != AttemptProof.NONE
AT = func.coalesce(ReachAttempt.rang_at, ReachAttempt.tried_at)


class Decider(enum.Enum):
    """Who decided the outcome of an attempt."""

    TECHNICIAN = "technician"
    GUESS = "carrier's guess"  # whether a machine answered
    CARRIER = "carrier"
    MAIL_SERVER = "mail server"


def decider(outcome: ReachOutcome, *, is_told: bool) -> Decider:
    """Return who decided the outcome of an attempt. A technician's report replaces what the carrier said."""
    if outcome in (ReachOutcome.REPLIED, ReachOutcome.CAME_BACK):
        return Decider.MAIL_SERVER
    if is_told:
        return Decider.TECHNICIAN
    return Decider.GUESS if outcome is ReachOutcome.MACHINE else Decider.CARRIER


@dataclass(frozen=True)
class Tries:
    """When the customer of one callback was first tried, by what proves it."""

    by_carrier_at: datetime | None = None
    by_word_at: datetime | None = None
    no_number_at: datetime | None = None  # when it was recorded that nobody can be called
    by_mail_at: datetime | None = None  # when the mail server took the first reply

    @property
    def proven_at(self) -> datetime | None:
        """When it was first proven, by the carrier or by the mail server, that the customer was tried; or None."""
        return min((at for at in (self.by_carrier_at, self.by_mail_at) if at is not None), default=None)

    @property
    def reacted_at(self) -> datetime | None:
        """When the customer was first tried, or None."""
        return min((at for at in (self.proven_at, self.by_word_at) if at is not None), default=None)

    def proof(self, due_at: datetime) -> AttemptProof:
        """Return what proves the call back: the best proof by the deadline, else the best one after it."""
        first = zip(PROOFS_OF_ATTEMPT, (self.by_carrier_at, self.by_mail_at, self.by_word_at), strict=True)
        tried = {proof: at for proof, at in first if at is not None}
        in_time = [proof for proof, at in tried.items() if at <= due_at]
        untried = AttemptProof.NO_NUMBER if self.no_number_at is not None else AttemptProof.NONE
        return next(iter([*in_time, *tried]), untried)


NO_TRIES = Tries()


def proof_of(callback: Callback, tries: Tries) -> AttemptProof:
    """Return what proves the call back of one callback. One closed as unreachable had nobody to call."""
    proof = tries.proof(callback.due_at)
    is_unreachable = proof is AttemptProof.NONE and callback.state is CallbackState.UNREACHABLE
    return AttemptProof.NO_NUMBER if is_unreachable else proof


def last_attempt(session: Session, callback: Callback) -> ReachAttempt | None:
    """Return the last attempt to reach the customer of a callback, or None when nobody has tried."""
    made = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id, IS_ATTEMPT)
    return session.scalars(made.order_by(ReachAttempt.tried_at.desc(), ReachAttempt.id.desc()).limit(1)).first()


def first_attempt_at(session: Session, callback: Callback) -> datetime | None:
    """Return when the customer of a callback was first tried, by the attempts that stand, or None."""
    return session.scalar(select(func.min(AT)).where(ReachAttempt.callback_id == callback.id, IS_ATTEMPT))


def tries_of(session: Session, which: ColumnElement[bool]) -> dict[int, Tries]:
    """Return the tries of the callbacks `which` match, by id, without those that have none. Two queries.

    One that was unreachable from the start has no attempt: nobody could be called since it opened.
    """
    ids = select(Callback.id).join(Contact, Contact.sid == Callback.contact_sid).where(which)
    query = select(ReachAttempt.callback_id, ReachAttempt.proof, func.min(AT))
    query = query.where(IS_ATTEMPT, ReachAttempt.callback_id.in_(ids))
    first = dict[int, dict[AttemptProof, datetime]]()
    for callback_id, proof, at in session.execute(query.group_by(ReachAttempt.callback_id, ReachAttempt.proof)):
        first.setdefault(callback_id, {})[proof] = at
    for callback_id, opened_at in _unreachable(session, which):
        first.setdefault(callback_id, {AttemptProof.NO_NUMBER: opened_at})
    return {callback_id: _tries(at) for callback_id, at in first.items()}


def proof_on_record(session: Session, callback: Callback) -> AttemptProof:
    """Return what proves the call back of one callback, from its attempts on record."""
    return proof_of(callback, tries_of(session, Callback.id == callback.id).get(callback.id, NO_TRIES))


def tries_from(attempts: Iterable[ReachAttempt]) -> Tries:
    """Return the tries that some attempts of one callback are."""
    first = dict[AttemptProof, datetime]()
    for attempt in attempts:
        at = attempt.rang_at or attempt.tried_at
        first[attempt.proof] = min(at, first.get(attempt.proof, at))
    return _tries(first)


def _unreachable(session: Session, which: ColumnElement[bool]) -> Iterator[tuple[int, datetime]]:
    """Yield the callbacks that were closed as unreachable before their deadline, with when they opened."""
    query = select(Callback.id, Callback.opened_at).join(Contact, Contact.sid == Callback.contact_sid)
    in_time = (Callback.state == CallbackState.UNREACHABLE) & Callback.breached_at.is_(None)
    yield from ((row[0], row[1]) for row in session.execute(query.where(in_time, which)))


def _tries(at: Mapping[AttemptProof, datetime]) -> Tries:
    return Tries(
        at.get(AttemptProof.CARRIER),
        at.get(AttemptProof.WORD),
        at.get(AttemptProof.NO_NUMBER),
        at.get(AttemptProof.MAIL),
    )


def has_proof(proof: AttemptProof) -> ColumnElement[bool]:
    """Return the condition for callbacks with a proof, in SQL what `proof_of` is in Python."""
    if proof in PROOFS_OF_ATTEMPT:
        place = PROOFS_OF_ATTEMPT.index(proof)
        better, worse = PROOFS_OF_ATTEMPT[:place], PROOFS_OF_ATTEMPT[place + 1 :]
        only_late = and_(*(~_tried(each) for each in better), *(~_tried_in_time(each) for each in worse))
        return and_(
            _tried(proof),
            *(~_tried_in_time(each) for each in better),
            _tried_in_time(proof) | only_late,
        )
    untried = and_(*(~_tried(each) for each in PROOFS_OF_ATTEMPT))
    has_no_number = _tried(AttemptProof.NO_NUMBER) | (Callback.state == CallbackState.UNREACHABLE)
    return (has_no_number if proof is AttemptProof.NO_NUMBER else ~has_no_number) & untried


def _tried(proof: AttemptProof, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(ReachAttempt.callback_id == Callback.id, ReachAttempt.proof == proof, *more)


def _tried_in_time(proof: AttemptProof) -> ColumnElement[bool]:
    return _tried(proof, Callback.due_at >= AT)
