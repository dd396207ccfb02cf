"""The webhooks of a connection: the technician's phone, then the customer's, and how the call went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome, record_attempt
from callbacks.acts.base import Refused, Via, perform, technician_by
from callbacks.db.database import locked
from callbacks.db.states import FINAL, ReachOutcome, ReportedOutcome
from callbacks.db.tables import Callback, PageAttempt, ReachAttempt
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import review
from ivr.technician import flow
from ivr.technician.flow import KeyPress
from ivr.technician.live_page import LivePage, answer_about_page, apologize, language_of
from ivr.twilio.context import WebhookContext, current
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import (
    call_sid,
    field,
    number_in_query,
    pressed_key,
    signed_blueprint,
    speak,
    store,
    whole_number,
)

# Twilio's DialCallStatus and CallStatus of the customer's leg.
OUTCOMES = {
    "completed": ReachOutcome.REACHED,
    "answered": ReachOutcome.REACHED,
    "busy": ReachOutcome.BUSY,
    "no-answer": ReachOutcome.NO_ANSWER,
    "failed": ReachOutcome.FAILED,
}
NO_SUCH_NUMBER = ("404", "484", "604")  # SIP response codes of the network

blueprint = signed_blueprint("connections", __name__, apologize)


@blueprint.post("/voice/connect")
def connect() -> Response:
    urls = current().urls
    return answer_about_page(lambda session, live: flow.ask_to_connect(urls, live.facts))


@blueprint.post("/voice/connect/key")
def connect_key() -> Response:
    context, press = current(), KeyPress(pressed_key(), max(1, number_in_query("round")))

    def work(session: Session, live: LivePage) -> tuple[Verb, ...]:
        verbs = flow.connect_keyed(context.urls, live.facts, press)
        return connect_customer(session, context, live) if verbs is None else verbs

    return answer_about_page(work)


@blueprint.post("/voice/connect/ended")
def connect_ended() -> Response:
    """Ask how the call to the customer went."""
    urls, seconds = current().urls, whole_number("DialCallDuration")
    outcome = outcome_of_leg(field("DialCallStatus"), field("DialSipResponseCode"))

    def work(session: Session, attempt: ReachAttempt) -> tuple[Verb, ...]:
        _store_carrier_outcome(attempt, outcome, seconds)
        return flow.ask_outcome(urls, attempt.id, attempt.outcome, language_of(attempt.technician))

    return _answer_about_attempt(work)


@blueprint.post("/voice/connect/outcome")
def connect_outcome() -> Response:
    """Store how the technician reports by key that the call went."""
    context, now, round_ = current(), current().now(), max(1, number_in_query("round"))
    reported = flow.OUTCOME_KEYS.get(pressed_key())

    def work(session: Session, attempt: ReachAttempt) -> tuple[Verb, ...]:
        language = language_of(attempt.technician)
        if reported is None:
            return flow.outcome_not_keyed(context.urls, attempt.id, attempt.outcome, language, round_)
        if not attempt.is_told:
            _report(session, context.desk, attempt, reported, now)
        return flow.outcome_noted(language, reported)

    return _answer_about_attempt(work)


@blueprint.post("/voice/connect/status")
def connect_status() -> Response:
    """Store how the customer's leg ended. It is reported even when the technician hangs up first."""
    outcome, seconds = outcome_of_leg(field("CallStatus"), field("SipResponseCode")), whole_number("CallDuration")
    return _store_on_attempt(lambda attempt: _store_carrier_outcome(attempt, outcome, seconds))


@blueprint.post("/voice/connect/answered")
def connect_answered() -> Response:
    """Store the carrier's guess that a machine answered. What the technician reports outweighs it."""
    is_machine = field("AnsweredBy").startswith(("machine", "fax"))

    def note(attempt: ReachAttempt) -> None:
        if is_machine and not attempt.is_told:
            attempt.outcome = ReachOutcome.MACHINE

    return _store_on_attempt(note)


def connect_customer(session: Session, context: WebhookContext, live: LivePage) -> tuple[Verb, ...]:
    """Return the verbs that call the customer. The attempt is recorded first, once for this call."""
    if live.facts.customer_number is None:
        return flow.no_number(live.facts.language)
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == live.call_sid))
    if attempt is None:
        technician, outcome = live.page.technician, ReachOutcome.RINGING
        attempt = record_attempt(
            session, live.callback, technician, outcome, "connection", context.now(), live.call_sid
        )
        session.flush()
    return flow.connect(context.desk, context.urls, live.facts, attempt.id)


def outcome_of_leg(status: str, sip_code: str) -> ReachOutcome:
    """Return how the customer's leg ended, from Twilio's status and the network's SIP response code."""
    if sip_code in NO_SUCH_NUMBER:
        return ReachOutcome.WRONG_NUMBER
    return OUTCOMES.get(status, ReachOutcome.FAILED)


def _store_carrier_outcome(attempt: ReachAttempt, outcome: ReachOutcome, seconds: int | None) -> None:
    attempt.seconds = attempt.seconds if seconds is None else seconds
    if not attempt.is_told and attempt.outcome is not ReachOutcome.MACHINE:
        attempt.outcome = outcome


def _report(session: Session, desk: Desk, attempt: ReachAttempt, reported: ReportedOutcome, now: datetime) -> None:
    by = technician_by(attempt.technician, Via.PHONE)
    try:
        perform(session, desk, attempt.callback_id, ReportOutcome(reported), by, now)
    except Refused:  # the callback has been closed in the meantime: the attempt still gets its outcome
        attempt.outcome, attempt.is_told = reported.of_attempt, True


def _answer_about_attempt(work: Callable[[Session, ReachAttempt], tuple[Verb, ...]]) -> Response:
    """Answer one turn of the call in which an attempt was made. Another call, or one that is over, changes nothing."""
    attempt_id, sid = number_in_query("attempt"), call_sid()

    def run(session: Session) -> tuple[Verb, ...]:
        attempt = _locked_attempt(session, attempt_id)
        if attempt is None or attempt.call_sid != sid or _is_over(session, sid):
            return (Hangup(),)
        return work(session, attempt)

    return speak(run, (Hangup(),))


def _store_on_attempt(change: Callable[[ReachAttempt], None]) -> Response:
    attempt_id, now = number_in_query("attempt"), current().now()

    def run(session: Session) -> None:
        attempt = _locked_attempt(session, attempt_id)
        if attempt is not None:
            change(attempt)
            review(session.get_one(Callback, attempt.callback_id), now)

    return store(run)


def _locked_attempt(session: Session, attempt_id: int) -> ReachAttempt | None:
    """Return an attempt as it is once its callback is locked, the order in which acts lock.

    The carrier reports the end of the call while the technician answers how it went.
    """
    attempt = session.get(ReachAttempt, attempt_id)
    if attempt is not None:
        locked(session, Callback, attempt.callback_id)
        session.refresh(attempt)
    return attempt


def _is_over(session: Session, call_sid: str | None) -> bool:
    status = session.scalar(select(PageAttempt.carrier_status).where(PageAttempt.sid == call_sid))
    return status in FINAL
