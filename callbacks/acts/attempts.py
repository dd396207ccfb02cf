"""Attempts to reach the customer, which keep the promise (policy: After hours)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext
from callbacks.acts.conflicts import TRIED
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ReachOutcome, ReportedOutcome
from callbacks.db.tables import Callback, ReachAttempt, Technician
from callbacks.lifecycle.transitions import Change, change_state, note_attempt, review
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.notices import notify_of_end
from callbacks.paging.pages import cancel_waiting
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number


@dataclass(frozen=True)
class ReportOutcome(Act):
    """Report how the call to the customer went. Supervisors report for the owner.

    RESOLVED closes the callback. With CONTINUING, LEFT_A_MESSAGE and NO_ANSWER it stays open with its owner. After
    WRONG_NUMBER the number is never called again, and supervisors are alerted. The report completes the attempt that a
    connection recorded; without one it is an attempt by word.
    """

    outcome: ReportedOutcome

    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        callback, technician = context.callback, context.technician_or_owner()
        _record_outcome(context, technician, self.outcome)
        if self.outcome is ReportedOutcome.RESOLVED:
            _resolve(context, technician)
        elif self.outcome is ReportedOutcome.WRONG_NUMBER:
            _block_the_number(context, technician)
        return wording.outcome_recorded(context.desk, callback.reference, self.outcome, context.by.code, context.now)


def _record_outcome(context: ActContext, technician: Technician, outcome: ReportedOutcome) -> None:
    session, callback, now = context.session, context.callback, context.now
    unreported = _unreported_connection(session, callback, technician)
    if unreported is not None:
        unreported.outcome, unreported.is_told = outcome.of_attempt, True
        review(callback, now)
        detail = f"{outcome.of_attempt.value}, by {context.by.label}"
        context.record(EventKind.OUTCOME_REPORTED, detail, technician.name)
    elif outcome is not ReportedOutcome.RESOLVED or callback.attempted_at is None:
        record_attempt(session, callback, technician, outcome.of_attempt, context.by.label, now)


def _unreported_connection(session: Session, callback: Callback, technician: Technician) -> ReachAttempt | None:
    """Return the technician's last connection whose outcome was not reported yet, or None."""
    theirs = select(ReachAttempt).where(
        ReachAttempt.callback_id == callback.id, ReachAttempt.technician_id == technician.id
    )
    return session.scalars(theirs.where(ReachAttempt.is_told.is_(False)).order_by(ReachAttempt.id.desc())).first()


def _resolve(context: ActContext, technician: Technician) -> None:
    callback = context.callback
    change_state(callback, Change.RESOLVE, context.now)
    context.record(EventKind.RESOLVED, f"by {context.by.label}", technician.name)
    if callback.owner_id != technician.id or not context.acts_for_themselves:
        resolver = technician.name if context.acts_for_themselves else context.by.name
        notify_of_end(context.session, context.desk, callback, wording.HAS_RESOLVED, resolver, "", context.now)


def _block_the_number(context: ActContext, technician: Technician) -> None:
    """Remove a number that is someone else's. The customer still waits, so supervisors are alerted."""
    callback = context.callback
    number = callback.call.customer_number or callback.call.caller
    callback.call.customer_number = None
    context.record(EventKind.NUMBER_BLOCKED, f"{number} is not the customer's.", Actor.DESK)
    alert = wording.wrong_number_alert(callback.reference, technician.name, readable_number(number))
    once = f"wrong number {callback.reference} {number}"
    alert_supervisors(context.session, context.desk, once, alert, context.now)


def record_attempt(
    session: Session,
    callback: Callback,
    technician: Technician,
    outcome: ReachOutcome,
    source: str,
    now: datetime,
    call_sid: str | None = None,
) -> ReachAttempt:
    """Record an attempt to reach the customer and return it. The first one keeps the promise and ends the paging.

    `call_sid` is the call of a connection; without one, the attempt is by word.
    """
    attempt = ReachAttempt(callback_id=callback.id, technician_id=technician.id, tried_at=now, outcome=outcome)
    attempt.told_by, attempt.call_sid, attempt.is_told = source[:80], call_sid, call_sid is None
    session.add(attempt)
    detail = f"{outcome.value}, by {source}"
    record_event(session, callback.call_sid, now, technician.name, EventKind.ATTEMPT, detail)
    note_attempt(session, callback, technician, now)
    cancel_waiting(session, callback)
    return attempt
