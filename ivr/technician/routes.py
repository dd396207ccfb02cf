"""The webhooks of calls to technicians: the page by phone, and the connection to the customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from callbacks.acts.attempts import ReportOutcome, record_attempt
from callbacks.acts.base import Act, Refused, Via, perform, technician_by
from callbacks.acts.ownership import Pass, Take
from callbacks.db.database import locked
from callbacks.db.states import (
    FINAL,
    AudioState,
    CallbackState,
    CarrierStatus,
    PageAnswer,
    ReachOutcome,
    ReportedOutcome,
    VoicemailState,
    carrier_status,
)
from callbacks.db.tables import Callback, Page, PageAttempt, ReachAttempt
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import review_closing
from callbacks.links import Links
from callbacks.paging.status_reports import StatusReport, take_report
from callbacks.records import audit_log
from ivr.prompts import say
from ivr.technician import flow
from ivr.technician.flow import PageFacts, PageTurn
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import (
    DatabaseAway,
    Exchange,
    field,
    key,
    message_sid,
    not_stored,
    noted,
    number_in_query,
    sid,
    signed_blueprint,
    spoken,
)

log = structlog.get_logger(__name__)

# How the customer's end of a connection ended, in the carrier's words.
OUTCOMES = {
    "completed": ReachOutcome.REACHED,
    "answered": ReachOutcome.REACHED,
    "busy": ReachOutcome.BUSY,
    "no-answer": ReachOutcome.NO_ANSWER,
    "failed": ReachOutcome.FAILED,
}


@dataclass(frozen=True)
class Live:
    """The page that this call is about, while the call is still going on."""

    page: Page
    callback: Callback
    facts: PageFacts
    call_sid: str | None


Turn = Callable[[Session, Live], tuple[Verb, ...]]


def page_calls_blueprint(exchange: Exchange, links: Links) -> Blueprint:
    """The routes that a call to a technician passes through."""
    calls = signed_blueprint("page_calls", exchange)

    def turn(work: Turn) -> Response:
        page_id, call_sid = number_in_query("page"), sid("CallSid", "CA")

        def run(session: Session) -> tuple[Verb, ...]:
            live = _live(session, exchange, links, page_id, call_sid)
            if live is None:
                return (Hangup(),)
            verbs = work(session, live)
            if flow.plays_message(verbs):
                now, who = exchange.clock.now(), live.page.technician.name
                audit_log.note_listener(session, live.callback.call_sid, who, now, "by phone")
            return verbs

        try:
            return spoken(exchange.write(run))
        except DatabaseAway as fault:
            not_stored(fault)
            return spoken((say("en", "trouble"), Hangup()))

    _page(calls, exchange, turn)
    _notices(calls, exchange)
    _connection(calls, exchange, turn)

    @calls.post("/sms/status")
    def text_status() -> Response:
        return _report(exchange, message_sid(), carrier_status(field("MessageStatus")))

    @calls.errorhandler(Exception)
    def apologize(fault: Exception) -> ResponseReturnValue:
        if isinstance(fault, HTTPException):
            return fault.get_response()
        log.exception("a technician's turn failed", path=request.path)
        return spoken((say("en", "trouble"), Hangup()))

    return calls


def _page(calls: Blueprint, exchange: Exchange, turn: Callable[[Turn], Response]) -> None:
    """The page by phone."""
    desk, places = exchange.desk, exchange.places

    @calls.post("/voice/page")
    def page() -> Response:
        return turn(lambda session, live: flow.answered(desk, places, live.facts).verbs)

    @calls.post("/voice/page/notice")
    def notice() -> Response:
        page_id, call_sid = number_in_query("page"), sid("CallSid", "CA")

        def work(session: Session) -> tuple[Verb, ...]:
            found = session.get(Page, page_id)
            if found is None or found.callback_id is not None or not _is_live(session, found, call_sid):
                return (Hangup(),)
            return flow.notice(places, found.id, found.words, found.technician.language, 1)

        return _spoken_or_hung_up(exchange, work)

    @calls.post("/voice/page/key")
    def page_key() -> Response:
        pressed = PageTurn(request.args.get("stage", "menu"), key(), max(1, number_in_query("round")))

        def work(session: Session, live: Live) -> tuple[Verb, ...]:
            reply = flow.keyed(desk, places, live.facts, pressed)
            return _act(session, exchange, live, reply)

        return turn(work)

    @calls.post("/voice/page/status")
    def page_status() -> Response:
        return _report(exchange, sid("CallSid", "CA"), carrier_status(field("CallStatus")))


def _notices(calls: Blueprint, exchange: Exchange) -> None:
    """What is about no callback, said by phone."""
    places = exchange.places

    @calls.post("/voice/page/heard")
    def heard() -> Response:
        pressed = PageTurn("menu", key(), max(1, number_in_query("round")))
        page_id, call_sid = number_in_query("page"), sid("CallSid", "CA")

        def work(session: Session) -> tuple[Verb, ...]:
            page = session.get(Page, page_id)
            if page is None or page.callback_id is not None or not _is_live(session, page, call_sid):
                return (Hangup(),)
            language = page.technician.language
            verbs, was_heard = flow.notice_keyed(places, page.id, page.words, language, pressed)
            if was_heard:
                page.answer = PageAnswer.HEARD
            return verbs

        return _spoken_or_hung_up(exchange, work)


def _connection(calls: Blueprint, exchange: Exchange, turn: Callable[[Turn], Response]) -> None:
    """The connection to the customer, and how it went."""
    desk, places = exchange.desk, exchange.places

    @calls.post("/voice/connect")
    def connect() -> Response:
        return turn(lambda session, live: flow.ask_to_connect(places, live.facts))

    @calls.post("/voice/connect/key")
    def connect_key() -> Response:
        pressed = PageTurn("connect", key(), max(1, number_in_query("round")))

        def work(session: Session, live: Live) -> tuple[Verb, ...]:
            verbs = flow.connect_keyed(places, live.facts, pressed)
            return _connect(session, exchange, live) if verbs is None else verbs

        return turn(work)

    @calls.post("/voice/connect/ended")
    def connect_ended() -> Response:
        outcome, seconds = _outcome(field("DialCallStatus"), field("DialSipResponseCode")), field("DialCallDuration")

        def work(session: Session, attempt: ReachAttempt) -> tuple[Verb, ...]:
            _carrier_says(attempt, outcome, seconds)
            return flow.ask_outcome(places, attempt.id, attempt.outcome, attempt.technician.language, 1)

        return _about_attempt(exchange, work)

    @calls.post("/voice/connect/outcome")
    def connect_outcome() -> Response:
        pressed = PageTurn("outcome", key(), max(1, number_in_query("round")))
        said = flow.OUTCOME_KEYS.get(pressed.digits)

        def work(session: Session, attempt: ReachAttempt) -> tuple[Verb, ...]:
            language = attempt.technician.language
            if said is None:
                return flow.outcome_keyed(places, attempt.id, attempt.outcome, language, pressed)
            if not attempt.is_told:
                _say_how_it_went(session, desk, attempt, said, exchange.clock.now())
            return flow.outcome_noted(language, said)

        return _about_attempt(exchange, work)

    @calls.post("/voice/connect/status")
    def connect_status() -> Response:
        """The customer's end, told even when the technician was the first to hang up."""
        outcome, seconds = _outcome(field("CallStatus"), field("SipResponseCode")), field("CallDuration")
        return _noted_on_attempt(exchange, lambda attempt: _carrier_says(attempt, outcome, seconds))

    @calls.post("/voice/connect/answered")
    def connect_answered() -> Response:
        """A guess of the carrier's, no more: what the technician says counts."""
        is_machine = field("AnsweredBy").startswith(("machine", "fax"))

        def note(attempt: ReachAttempt) -> None:
            if is_machine and not attempt.is_told:
                attempt.outcome = ReachOutcome.MACHINE

        return _noted_on_attempt(exchange, note)


def _outcome(status: str, sip_code: str) -> ReachOutcome:
    """404 and 484 in the answer of the network: there is no such number."""
    if sip_code in ("404", "484", "604"):
        return ReachOutcome.WRONG_NUMBER
    return OUTCOMES.get(status, ReachOutcome.FAILED)


def _carrier_says(attempt: ReachAttempt, outcome: ReachOutcome, seconds: str) -> None:
    attempt.seconds = int(seconds) if seconds.isdigit() else attempt.seconds
    if not attempt.is_told and attempt.outcome is not ReachOutcome.MACHINE:
        attempt.outcome = outcome


def _say_how_it_went(session: Session, desk: Desk, attempt: ReachAttempt, said: ReportedOutcome, now: datetime) -> None:
    by = technician_by(attempt.technician, Via.PHONE)
    try:
        perform(session, desk, attempt.callback_id, ReportOutcome(said), by, now)
    except Refused:  # closed meanwhile: what was said of this attempt is still noted
        attempt.outcome, attempt.is_told = said.of_attempt, True


def _about_attempt(exchange: Exchange, work: Callable[[Session, ReachAttempt], tuple[Verb, ...]]) -> Response:
    """A turn of the call in which an attempt was made; of another call, or one that is over, it changes nothing."""
    attempt_id, call_sid = number_in_query("attempt"), sid("CallSid", "CA")

    def run(session: Session) -> tuple[Verb, ...]:
        attempt = session.get(ReachAttempt, attempt_id)
        if attempt is None or attempt.call_sid != call_sid or _is_over(session, call_sid):
            return (Hangup(),)
        return work(session, attempt)

    return _spoken_or_hung_up(exchange, run)


def _noted_on_attempt(exchange: Exchange, note: Callable[[ReachAttempt], None]) -> Response:
    attempt_id = number_in_query("attempt")

    def run(session: Session) -> None:
        attempt = session.get(ReachAttempt, attempt_id)
        if attempt is not None:
            note(attempt)
            review_closing(locked(session, Callback, attempt.callback_id), exchange.clock.now())

    try:
        exchange.write(run)
    except DatabaseAway as fault:
        not_stored(fault)
        return Response(status=503)
    return noted()


def _spoken_or_hung_up(exchange: Exchange, work: Callable[[Session], tuple[Verb, ...]]) -> Response:
    try:
        return spoken(exchange.write(work))
    except DatabaseAway as fault:
        not_stored(fault)
        return spoken((Hangup(),))


def _is_over(session: Session, call_sid: str | None) -> bool:
    found = session.scalar(select(PageAttempt.carrier_status).where(PageAttempt.sid == call_sid))
    return found in FINAL


def _is_live(session: Session, page: Page, call_sid: str | None) -> bool:
    """Say whether this call was placed for this page and goes on; a replayed request of another changes nothing."""
    attempts = session.scalars(select(PageAttempt).where(PageAttempt.page_id == page.id)).all()
    mine = next((attempt for attempt in attempts if attempt.sid == call_sid), None)
    if mine is None:
        return call_sid is not None and any(attempt.sid is None for attempt in attempts)
    return mine.carrier_status not in FINAL


def _live(session: Session, exchange: Exchange, links: Links, page_id: int, call_sid: str | None) -> Live | None:
    """Find the page; a call that is over, or is not the one that was placed for it, changes nothing any more."""
    page = session.get(Page, page_id)
    if page is None or page.callback_id is None:
        return None
    callback = locked(session, Callback, page.callback_id)
    if not _is_live(session, page, call_sid):
        return None
    voicemail = callback.call.voicemail
    copied = voicemail is not None and voicemail.audio is AudioState.COPIED
    taken_by_other = callback.owner is not None and callback.owner_id != page.technician_id and not callback.resumed
    facts = PageFacts(
        page_id=page.id,
        name=page.technician.name,
        language=page.technician.language,
        reference=callback.reference,
        line=callback.call.line if callback.call.line in exchange.desk.lines else exchange.desk.line_called(""),
        caller=callback.call.caller,
        customer_number=callback.call.customer_number,
        due_at=callback.due_at,
        now=exchange.clock.now(),
        owner=callback.owner.name if taken_by_other and callback.owner else None,
        is_closed=callback.state is not CallbackState.OPEN,
        message_url=links.message(voicemail.id) if copied and voicemail is not None else None,
        has_message=voicemail is not None and voicemail.state is not VoicemailState.ABSENT,
        message_is_lost=voicemail is not None and voicemail.audio is AudioState.LOST,
        others=session.scalar(select(func.count()).select_from(Page).where(Page.bundled_into_id == page.id)) or 0,
    )
    return Live(page, callback, facts, call_sid)


def _act(session: Session, exchange: Exchange, live: Live, reply: flow.PageReply) -> tuple[Verb, ...]:
    """Carry out what a key asked for, and return what is heard next."""
    try:
        match reply.act:
            case flow.KeyAct.TAKE:
                _perform(session, exchange, live, Take())
                return flow.taken(exchange.desk, live.facts)
            case flow.KeyAct.TAKE_AND_CONNECT:
                _perform(session, exchange, live, Take())
                return _connect(session, exchange, live)
            case flow.KeyAct.PASS:
                _perform(session, exchange, live, Pass())
                return flow.passed(live.facts)
            case None:
                return reply.verbs
    except Refused:  # somebody else has it by now: the technician hears who
        return flow.answered(exchange.desk, exchange.places, live.facts).verbs


def _perform(session: Session, exchange: Exchange, live: Live, act: Act) -> None:
    by = technician_by(live.page.technician, Via.PHONE)
    perform(session, exchange.desk, live.callback.id, act, by, exchange.clock.now())


def _connect(session: Session, exchange: Exchange, live: Live) -> tuple[Verb, ...]:
    """Ring the customer. The attempt is on record before the customer's phone rings, once for this call."""
    page, facts = live.page, live.facts
    if facts.customer_number is None:
        return (say(facts.language, "no number"), Hangup())
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == live.call_sid))
    if attempt is None:
        now = exchange.clock.now()
        attempt = record_attempt(
            session, live.callback, page.technician, ReachOutcome.RINGING, "connection", now, live.call_sid
        )
        session.flush()
    return flow.connect(exchange.desk, exchange.places, facts, attempt.id)


def _report(exchange: Exchange, found: str | None, status: CarrierStatus) -> Response:
    attempt_id, code, now = number_in_query("attempt"), field("ErrorCode"), exchange.clock.now()
    if found is None:
        return noted()
    error_code = int(code) if code.isdigit() and len(code) < 9 else None
    report = StatusReport(attempt_id, found, status, error_code)
    try:
        exchange.write(lambda session: take_report(session, exchange.desk, report, now))
    except DatabaseAway as fault:
        not_stored(fault)
        return Response(status=503)
    return noted()
