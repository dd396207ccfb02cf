"""The webhooks of a connection: the technician's phone, then the customer's, and how the call went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog
from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Refused, Via, perform, technician_by
from callbacks.acts.escalation import RequestManager
from callbacks.db.database import locked
from callbacks.db.states import FINAL, CarrierStatus, ReachOutcome, ReportedOutcome, carrier_status
from callbacks.db.tables import Callback, PageAttempt, ReachAttempt
from callbacks.desk.desk_file import Desk
from callbacks.paging.connections import (
    SURELY_RANG,
    LegReport,
    if_not_rung,
    is_of_this_connection,
    is_on_this_leg,
    record_dialing,
    take_leg_report,
)
from callbacks.text import sids
from callbacks.text.bilingual import Words
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
    sid,
    signed_blueprint,
    speak,
    store,
    whole_number,
)

log = structlog.get_logger(__name__)

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
    context, now, report = current(), current().now(), _report_of_dial()
    own_call_is_over = carrier_status(field("CallStatus")) in FINAL

    def work(session: Session, attempt: ReachAttempt) -> tuple[Verb, ...]:
        is_clear = not own_call_is_over and now - attempt.tried_at >= SURELY_RANG
        if attempt.outcome is ReachOutcome.DIALING and _is_for_the_leg_to_say(report, is_clear=is_clear):
            return flow.ask_outcome_by_text(language_of(attempt.technician))
        take_leg_report(session, context.desk, attempt, report if is_clear else if_not_rung(report), now)
        return flow.ask_outcome(context.urls, attempt.id, attempt.outcome, language_of(attempt.technician))

    return _answer_about_attempt(work, also_when_over=True)


@blueprint.post("/voice/connect/outcome")
def connect_outcome() -> Response:
    """Store how the technician reports by key that the call went."""
    context, now, round_ = current(), current().now(), max(1, number_in_query("round"))
    key = pressed_key()
    reported = flow.OUTCOME_KEYS.get(key)

    def work(session: Session, attempt: ReachAttempt) -> tuple[Verb, ...]:
        language = language_of(attempt.technician)
        if key == flow.MANAGER_KEY:
            answer = _ask_for_manager(session, context.desk, attempt, now)
            return flow.manager_asked_after_call(context.urls, attempt.id, language, round_, answer)
        if reported is None:
            return flow.outcome_not_keyed(context.urls, attempt.id, attempt.outcome, language, round_)
        if not attempt.is_told:
            _report(session, context.desk, attempt, reported, now)
        return flow.outcome_noted(language, reported)

    return _answer_about_attempt(work)


@blueprint.post("/voice/connect/status")
def connect_status() -> Response:
    """Store how far the customer's leg came. It is reported even when the technician hangs up first."""
    status, sip_code = carrier_status(field("CallStatus")), whole_number("SipResponseCode")
    report = LegReport(status, sip_code, whole_number("CallDuration"), at=_time_of_report())
    leg_sid, parent_sid = call_sid(), sid("ParentCallSid", sids.CALL)

    def take_leg(attempt: ReachAttempt) -> bool:
        if not is_on_this_leg(attempt, leg_sid, parent_sid):
            return False
        attempt.leg_sid = leg_sid
        return True

    return _store_report(report, take_leg)


@blueprint.post("/voice/connect/answered")
def connect_answered() -> Response:
    """Store the carrier's guess that a machine answered. What the technician reports outweighs it."""
    is_machine = field("AnsweredBy").startswith(("machine", "fax"))
    found, parent_sid = call_sid(), sid("ParentCallSid", sids.CALL)
    return _store_report(
        LegReport(CarrierStatus.IN_PROGRESS, is_machine=is_machine),
        lambda attempt: is_of_this_connection(attempt, found, parent_sid),
    )


def connect_customer(session: Session, context: WebhookContext, live: LivePage) -> tuple[Verb, ...]:
    """Return the verbs that call the customer. The connection is recorded first; it is an attempt once it rings."""
    if live.facts.customer_number is None:
        return flow.no_number(live.facts)
    attempt = record_dialing(session, context.desk, live.callback, live.page.technician, live.call_sid, context.now())
    return flow.connect(context.desk, context.urls, live.facts, attempt.id)


def _report_of_dial() -> LegReport:
    """Return what the end of <Dial> says of the customer's leg."""
    word, seconds = field("DialCallStatus"), whole_number("DialCallDuration")
    status = CarrierStatus.IN_PROGRESS if word == "answered" else carrier_status(word)
    is_bridged = {"true": True, "false": False}.get(field("DialBridged"))
    return LegReport(status, whole_number("DialSipResponseCode"), seconds, is_bridged)


def _is_for_the_leg_to_say(report: LegReport, *, is_clear: bool) -> bool:
    """Return whether the end of <Dial> leaves open if it was an attempt: the report on the leg has the SIP code."""
    if report.status is CarrierStatus.FAILED:
        return report.sip_code is None
    return report.status is CarrierStatus.NO_ANSWER and not is_clear


def _time_of_report() -> datetime | None:
    """Return the carrier's own time for a report, or None when it gives none that can be read."""
    try:
        at = parsedate_to_datetime(field("Timestamp"))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _report(session: Session, desk: Desk, attempt: ReachAttempt, reported: ReportedOutcome, now: datetime) -> None:
    by = technician_by(attempt.technician, Via.PHONE)
    try:
        perform(session, desk, attempt.callback_id, ReportOutcome(reported), by, now)
    except Refused:  # the callback has been closed in the meantime: the attempt still gets its outcome
        if attempt.outcome is not ReachOutcome.NOT_RUNG:
            attempt.outcome, attempt.is_told = reported.of_attempt, True


def _ask_for_manager(session: Session, desk: Desk, attempt: ReachAttempt, now: datetime) -> Words:
    """Ask for a manager, and return the answer, or why not."""
    by = technician_by(attempt.technician, Via.PHONE)
    try:
        return perform(session, desk, attempt.callback_id, RequestManager(), by, now)
    except Refused as refusal:
        return refusal.words


def _answer_about_attempt(
    work: Callable[[Session, ReachAttempt], tuple[Verb, ...]], *, also_when_over: bool = False
) -> Response:
    """Answer one turn of the call in which an attempt was made.

    Another call changes nothing, nor does a key in one that is over.
    """
    attempt_id, found = number_in_query("attempt"), call_sid()

    def run(session: Session) -> tuple[Verb, ...]:
        attempt = _locked_attempt(session, attempt_id)
        if attempt is None or found is None or attempt.call_sid != found:
            return (Hangup(),)
        if _is_over(session, found) and not also_when_over:
            return (Hangup(),)
        return work(session, attempt)

    return speak(run, (Hangup(),))


def _store_report(report: LegReport, is_about: Callable[[ReachAttempt], bool]) -> Response:
    """Store a report on the customer's leg. One on another call is ignored."""
    attempt_id, desk, now, found = number_in_query("attempt"), current().desk, current().now(), call_sid()

    def run(session: Session) -> None:
        attempt = _locked_attempt(session, attempt_id)
        if attempt is not None and is_about(attempt):
            take_leg_report(session, desk, attempt, report, now)
        else:
            log.warning("a report on another call was ignored", attempt=attempt_id, call=found)

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
