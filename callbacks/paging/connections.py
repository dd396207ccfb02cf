"""The customer's leg of a connection: what the carrier reports about it, and what that proves (policy: After hours).

A leg that is dialed is no attempt yet: it is one once the customer's phone has rung, or the network has refused the
number. Reports come early, late, twice, out of order or never; the result is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import FINAL, AttemptProof, CarrierStatus, ReachOutcome
from callbacks.db.tables import Callback, PageAttempt, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import awaits_attempt, note_attempt, review, set_owner
from callbacks.paging.escalate import take_next_step
from callbacks.paging.notices import ask_for_outcome, notify_of_attempt
from callbacks.paging.pages import cancel_waiting
from callbacks.records.event_log import record_event

NO_SUCH_NUMBER = (404, 484, 604)  # SIP response codes of the network
SWITCHED_OFF = 480  # Twilio reports "no-answer" for this too
SURELY_RANG = timedelta(seconds=10)  # a leg that was not answered for so long
A_SECOND = timedelta(seconds=1)
OF_STATUS = {
    CarrierStatus.RINGING: ReachOutcome.RINGING,
    CarrierStatus.IN_PROGRESS: ReachOutcome.REACHED,
    CarrierStatus.BUSY: ReachOutcome.BUSY,
    CarrierStatus.NO_ANSWER: ReachOutcome.NO_ANSWER,
    CarrierStatus.CANCELED: ReachOutcome.NOT_RUNG,
    CarrierStatus.FAILED: ReachOutcome.NOT_RUNG,
}
# Of two reports, the one that says more about the leg counts, whichever comes first.
RANKS = {
    ReachOutcome.DIALING: 0,
    ReachOutcome.NOT_RUNG: 1,
    ReachOutcome.FAILED: 1,
    ReachOutcome.RINGING: 2,
    ReachOutcome.NO_ANSWER: 3,
    ReachOutcome.BUSY: 4,
    ReachOutcome.WRONG_NUMBER: 5,
    ReachOutcome.REACHED: 6,
    ReachOutcome.NOT_CONNECTED: 7,
    ReachOutcome.MACHINE: 8,
}


@dataclass(frozen=True)
class LegReport:
    """What the carrier reports about the customer's leg. `at` is the carrier's own time for it, if it gives one."""

    status: CarrierStatus
    sip_code: int | None = None
    seconds: int | None = None
    is_bridged: bool | None = None  # whether the two were connected; None: the carrier does not say
    is_machine: bool = False
    at: datetime | None = None


# What a report means. Pure.


def outcome_of(report: LegReport) -> ReachOutcome | None:
    """Return how far the leg came, or None when the report does not say."""
    if report.is_machine:
        return ReachOutcome.MACHINE
    if report.sip_code in NO_SUCH_NUMBER:
        return ReachOutcome.WRONG_NUMBER
    if report.is_bridged is False and (report.status is CarrierStatus.IN_PROGRESS or report.seconds):
        return ReachOutcome.NOT_CONNECTED
    if report.status is CarrierStatus.NO_ANSWER and report.sip_code == SWITCHED_OFF:
        return ReachOutcome.NOT_RUNG
    if report.status is CarrierStatus.COMPLETED:  # also of a leg that never rang, when its duration is 0
        return ReachOutcome.REACHED if report.seconds or report.is_bridged else None
    return OF_STATUS.get(report.status)


def if_not_rung(report: LegReport) -> LegReport:
    """Return a report in which "no answer" proves nothing, where it may be a leg that was given up before it rang."""
    return replace(report, status=CarrierStatus.CANCELED) if report.status is CarrierStatus.NO_ANSWER else report


def combined(known: ReachOutcome, reported: ReachOutcome) -> ReachOutcome:
    """Return the outcome after a further report."""
    if {known, reported} == {ReachOutcome.RINGING, ReachOutcome.NOT_RUNG}:  # it rang, and was given up
        return ReachOutcome.NO_ANSWER
    return max(known, reported, key=lambda outcome: RANKS.get(outcome, 0))


def rang_at(report: LegReport, tried_at: datetime, now: datetime) -> datetime:
    """Return when the customer's phone had rung: the carrier's time if it can be true, else now.

    The carrier's times have whole seconds.
    """
    if report.at is None or not tried_at - A_SECOND < report.at <= now:
        return now
    return max(report.at, tried_at)


def is_on_this_leg(attempt: ReachAttempt, leg_sid: str | None, parent_sid: str | None) -> bool:
    """Return whether a report is on the customer's leg of this connection, and not on another leg or call."""
    is_of_this_call = attempt.call_sid is not None and parent_sid == attempt.call_sid
    return leg_sid is not None and is_of_this_call and attempt.leg_sid in (None, leg_sid)


def is_of_this_connection(attempt: ReachAttempt, call_sid: str | None, parent_sid: str | None) -> bool:
    """Return whether a report on who answered is on this connection: the carrier names either of its two calls."""
    ours = {sid for sid in (attempt.call_sid, attempt.leg_sid) if sid is not None}
    return call_sid in ours or is_on_this_leg(attempt, call_sid, parent_sid)


# The attempt


def record_dialing(session: Session, desk: Desk, callback: Callback, by: Technician, call_sid: str | None,
                   now: datetime) -> ReachAttempt:  # fmt: skip
    """Return the connection of a technician's call to the customer, recorded once. It is no attempt yet."""
    known = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == call_sid))
    if known is not None:
        return known
    attempt = ReachAttempt(callback_id=callback.id, technician=by, tried_at=now, call_sid=call_sid)
    attempt.outcome, attempt.proof, attempt.told_by = ReachOutcome.DIALING, AttemptProof.NONE, "connection"
    session.add(attempt)
    if callback.owner_id is None:
        set_owner(session, callback, by, now)
        if awaits_attempt(callback):
            take_next_step(session, desk, callback, now)
    session.flush()
    return attempt


def take_leg_report(session: Session, desk: Desk, attempt: ReachAttempt, report: LegReport, now: datetime) -> None:
    """Store a report on the customer's leg, and do what follows from it. The callback is locked."""
    outcome = outcome_of(report)
    attempt.seconds = attempt.seconds if report.seconds is None else report.seconds
    if outcome is None:
        return
    was_dialing = attempt.outcome is ReachOutcome.DIALING
    if not attempt.is_told:
        attempt.outcome = combined(attempt.outcome, outcome)
    if outcome is not ReachOutcome.NOT_RUNG:
        _prove(session, desk, attempt, rang_at(report, attempt.tried_at, now), now)
    elif was_dialing and attempt.proof is AttemptProof.NONE:
        _record_not_made(session, attempt, now)
    review(_callback_of(session, attempt), now)
    if attempt.call_sid is not None:
        ask_after_call(session, desk, attempt.call_sid, now)


def settle_unreported(session: Session, desk: Desk, attempt: ReachAttempt, now: datetime) -> None:
    """Settle a connection of which no report says that the customer's phone rang. A later one may still prove it."""
    take_leg_report(session, desk, attempt, LegReport(CarrierStatus.CANCELED), now)


def ask_after_call(session: Session, desk: Desk, call_sid: str, now: datetime) -> None:
    """Ask by text how it went, or say that the customer's phone did not ring, once the technician's call is over."""
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == call_sid))
    status = session.scalar(select(PageAttempt.carrier_status).where(PageAttempt.sid == call_sid))
    if attempt is not None and status in FINAL and attempt.outcome is not ReachOutcome.DIALING:
        ask_for_outcome(session, desk, _callback_of(session, attempt), attempt, now)


def _prove(session: Session, desk: Desk, attempt: ReachAttempt, at: datetime, now: datetime) -> None:
    """Record that the customer's phone rang. Of several reports, the earliest time counts."""
    if attempt.rang_at is not None and attempt.rang_at <= at:
        return
    was_made = attempt.proof is not AttemptProof.NONE
    attempt.proof, attempt.rang_at = AttemptProof.CARRIER, at
    callback = _callback_of(session, attempt)
    ends_the_paging = awaits_attempt(callback)
    if not was_made:
        detail = f"{attempt.outcome.value}, by {attempt.told_by}"
        record_event(session, callback.contact_sid, now, attempt.technician.name, EventKind.ATTEMPT, detail)
    note_attempt(session, callback, attempt.technician, at)
    cancel_waiting(session, callback)
    if ends_the_paging:  # others may have been paged since the technician took it
        notify_of_attempt(session, desk, callback, attempt.technician, now)


def _record_not_made(session: Session, attempt: ReachAttempt, now: datetime) -> None:
    detail = "The customer's phone did not ring. It is no attempt."
    contact_sid = _callback_of(session, attempt).contact_sid
    record_event(session, contact_sid, now, attempt.technician.name, EventKind.ATTEMPT_NOT_MADE, detail)


def _callback_of(session: Session, attempt: ReachAttempt) -> Callback:
    return session.get_one(Callback, attempt.callback_id)
