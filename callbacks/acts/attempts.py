"""Attempts to reach the customer, which keep the promise (policy: After hours)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused, Via
from callbacks.acts.conflicts import TRIED
from callbacks.acts.work import checked_minutes, record_minutes
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AttemptProof, CallbackState, ReachOutcome, ReportedOutcome
from callbacks.db.tables import Callback, Event, ReachAttempt, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.lifecycle.transitions import Change, change_state, note_attempt, note_reaction, note_workaround, owns
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.notices import notify_of_attempt, notify_of_end
from callbacks.paging.pages import cancel_waiting
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

# Outcomes of a call that the desk knows cannot have been made.
NEEDS_A_NUMBER = (ReportedOutcome.LEFT_A_MESSAGE, ReportedOutcome.NO_ANSWER, ReportedOutcome.WRONG_NUMBER)
# These end the callback, or calls to the number, for everybody, and the sender of a text can be forged. So by text only
# the owner and technicians who have tried may report them.
NEEDS_OWNER_OR_ATTEMPT = (ReportedOutcome.RESOLVED, ReportedOutcome.WRONG_NUMBER)
CONFIRMED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class ReportOutcome(Act):
    """Report how the call to the customer went. Supervisors report for the owner.

    RESOLVED closes the callback. With CONTINUING, WORKAROUND, LEFT_A_MESSAGE and NO_ANSWER it stays open with its
    owner. After WRONG_NUMBER the number is never called again, and supervisors are alerted. The report completes the
    attempt that a connection recorded; without one it is an attempt by word.
    """

    outcome: ReportedOutcome
    is_confirmed: bool = False
    """RESOLVED, and the requester knows that no attempt is on record."""
    minutes: int | None = None
    """Worked."""

    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        callback, technician = context.callback, context.technician_or_owner()
        if self.outcome in NEEDS_A_NUMBER and customer_number(context.desk, callback).is_missing:
            raise Refused(wording.nobody_to_call(context.desk, callback, context.by.code))
        if (
            self.outcome in NEEDS_OWNER_OR_ATTEMPT
            and context.by.via is Via.TEXT
            and not _owns_or_has_tried(context, technician)
        ):
            is_wrong_number = self.outcome is ReportedOutcome.WRONG_NUMBER
            raise Refused(wording.take_it_first(callback, context.by.code, is_wrong_number=is_wrong_number))
        if self.outcome is ReportedOutcome.RESOLVED and not self.is_confirmed and _must_confirm(context):
            context.record(EventKind.RESOLUTION_ASKED)
            return wording.did_you_reach_them(context.desk, callback, context.by.code, self.minutes)
        minutes = checked_minutes(context, self.minutes)
        is_first = callback.attempted_at is None
        _record_outcome(context, technician, self.outcome)
        match self.outcome:
            case ReportedOutcome.RESOLVED:
                _resolve(context, technician)
            case ReportedOutcome.WORKAROUND:
                note_workaround(callback, context.now)
                context.record(EventKind.WORKAROUND_GIVEN, f"by {context.by.label}", technician.name)
            case ReportedOutcome.WRONG_NUMBER:
                _block_the_number(context, technician)
        if is_first and callback.state is CallbackState.OPEN:
            notify_of_attempt(context.session, context.desk, callback, technician, context.now)
        answer = wording.outcome_recorded(context.desk, callback.reference, self.outcome, context.by.code, context.now)
        return record_minutes(context, minutes, technician, answer)


def _owns_or_has_tried(context: ActContext, technician: Technician) -> bool:
    """Return whether a technician owns the callback, or has an attempt on record."""
    theirs = select(ReachAttempt.id).where(
        ReachAttempt.callback_id == context.callback.id,
        ReachAttempt.technician_id == technician.id,
        ReachAttempt.proof != AttemptProof.NONE,
    )
    return owns(context.callback, technician) or context.session.scalar(theirs.limit(1)) is not None


def _must_confirm(context: ActContext) -> bool:
    """Return whether a resolution is to be confirmed first: no attempt is on record, and nobody was asked about that.

    Keys are pressed after a connection. By text the same word again confirms it; a button has its own field.
    """
    if context.callback.attempted_at is not None or context.by.via is Via.PHONE:
        return False
    return context.by.via is not Via.TEXT or not was_asked_to_confirm(
        context.session, context.callback, context.by.name, context.now
    )


def was_asked_to_confirm(session: Session, callback: Callback, name: str, now: datetime) -> bool:
    """Return whether somebody was asked lately if they had reached the customer."""
    asked = select(Event.id).where(Event.contact_sid == callback.contact_sid, Event.kind == EventKind.RESOLUTION_ASKED)
    lately = asked.where(Event.actor == name, Event.at > now - CONFIRMED_WITHIN)
    return session.scalar(lately.limit(1)) is not None


def _record_outcome(context: ActContext, technician: Technician, outcome: ReportedOutcome) -> None:
    session, callback, now = context.session, context.callback, context.now
    unreported = _unreported_connection(session, callback, technician)
    if unreported is None or (context.by.via is not Via.PHONE and _was_asked_since(callback, unreported)):
        if outcome is not ReportedOutcome.RESOLVED or callback.attempted_at is None:
            record_attempt(session, callback, technician, outcome.of_attempt, context.by.label, now)
        return
    unreported.outcome, unreported.is_told = outcome.of_attempt, True
    if unreported.proof is AttemptProof.NONE:  # the carrier has not said yet that the customer's phone rang
        _count(session, unreported, AttemptProof.WORD, context.by.label, now)
        return
    note_reaction(callback, now)
    detail = f"{outcome.of_attempt.value}, by {context.by.label}"
    context.record(EventKind.OUTCOME_REPORTED, detail, technician.name)


def _unreported_connection(session: Session, callback: Callback, technician: Technician) -> ReachAttempt | None:
    """Return the technician's last connection whose outcome was not reported yet, or None.

    One that never rang has no outcome that a person could report.
    """
    theirs = select(ReachAttempt).where(
        ReachAttempt.callback_id == callback.id,
        ReachAttempt.technician_id == technician.id,
        ReachAttempt.outcome != ReachOutcome.NOT_RUNG,
    )
    return session.scalars(theirs.where(ReachAttempt.is_told.is_(False)).order_by(ReachAttempt.id.desc())).first()


def _was_asked_since(callback: Callback, attempt: ReachAttempt) -> bool:
    """Return whether the owner was asked for the next attempt after this one was over: then a report is about that."""
    over_at = attempt.tried_at + timedelta(seconds=attempt.seconds or 0)
    return callback.asked_at is not None and over_at < callback.asked_at


def _resolve(context: ActContext, technician: Technician) -> None:
    callback = context.callback
    change_state(callback, Change.RESOLVE, context.now)
    context.record(EventKind.RESOLVED, f"by {context.by.label}", technician.name)
    notify_of_end(context.session, context.desk, callback, wording.HAS_RESOLVED, context.by.name, "", context.now)


def _block_the_number(context: ActContext, technician: Technician) -> None:
    """Remove a number that is someone else's. The customer still waits, so supervisors are alerted."""
    callback = context.callback
    number = callback.contact.customer_number or callback.contact.caller
    callback.contact.customer_number = None
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
    proof: AttemptProof = AttemptProof.WORD,
) -> ReachAttempt:
    """Record an attempt by a technician's word and return it. The first one keeps the promise and ends the paging."""
    attempt = ReachAttempt(callback_id=callback.id, technician=technician, tried_at=now, outcome=outcome)
    attempt.told_by, attempt.is_told = source[:80], True
    session.add(attempt)
    _count(session, attempt, proof, source, now)
    return attempt


def _count(session: Session, attempt: ReachAttempt, proof: AttemptProof, source: str, now: datetime) -> None:
    """Have an attempt count from now on."""
    callback, technician = session.get_one(Callback, attempt.callback_id), attempt.technician
    attempt.proof = proof
    detail = f"{attempt.outcome.value}, by {source}"
    record_event(session, callback.contact_sid, now, technician.name, EventKind.ATTEMPT, detail)
    note_attempt(session, callback, technician, now)
    cancel_waiting(session, callback)
