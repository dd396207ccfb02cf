"""The webhooks of calls to technicians: the page by phone, and the connection to the customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from callbacks import life
from callbacks.errors import WrongState
from callbacks.links import Links
from callbacks.paging.outbox import FINAL, carrier_reports
from callbacks.tables import Page, PageAttempt, ReachAttempt, Voicemail
from ivr import page_flow
from ivr.page_flow import PageFacts, PageTurn
from ivr.prompts import say
from ivr.verbs import Hangup, Verb
from ivr.webhook import (
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

OUTCOMES = {"completed": "reached", "answered": "reached", "busy": "busy", "no-answer": "no answer", "failed": "failed"}


@dataclass(frozen=True)
class Live:
    """The page that this call is about, while the call is still going on."""

    page: Page
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
            return (Hangup(),) if live is None else work(session, live)

        try:
            return spoken(exchange.write(run))
        except DatabaseAway as fault:
            not_stored(fault)
            return spoken((say("en", "trouble"), Hangup()))

    _page(calls, exchange, turn)
    _connection(calls, exchange, turn)

    @calls.post("/sms/status")
    def text_status() -> Response:
        return _report(exchange, message_sid(), field("MessageStatus"))

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
        return turn(lambda session, live: page_flow.answered(desk, places, live.facts).verbs)

    @calls.post("/voice/page/key")
    def page_key() -> Response:
        pressed = PageTurn(request.args.get("stage", "menu"), key(), max(1, number_in_query("round")))

        def work(session: Session, live: Live) -> tuple[Verb, ...]:
            reply = page_flow.keyed(desk, places, live.facts, pressed)
            return _act(session, exchange, live, reply)

        return turn(work)

    @calls.post("/voice/page/status")
    def page_status() -> Response:
        return _report(exchange, sid("CallSid", "CA"), field("CallStatus"))


def _connection(calls: Blueprint, exchange: Exchange, turn: Callable[[Turn], Response]) -> None:
    """The connection to the customer."""
    places = exchange.places

    @calls.post("/voice/connect")
    def connect() -> Response:
        return turn(lambda session, live: page_flow.ask_to_connect(places, live.facts))

    @calls.post("/voice/connect/key")
    def connect_key() -> Response:
        pressed = key()

        def work(session: Session, live: Live) -> tuple[Verb, ...]:
            if pressed != "1":
                return (say(live.facts.language, "nobody pressed"), Hangup())
            return _connect(session, exchange, live)

        return turn(work)

    @calls.post("/voice/connect/ended")
    def connect_ended() -> Response:
        attempt_id, outcome = number_in_query("attempt"), OUTCOMES.get(field("DialCallStatus"), "failed")
        seconds = field("DialCallDuration")

        def work(session: Session) -> tuple[Verb, ...]:
            attempt = session.get(ReachAttempt, attempt_id)
            if attempt is None:
                return (Hangup(),)
            attempt.outcome, attempt.seconds = outcome, int(seconds) if seconds.isdigit() else None
            return (say(attempt.technician.language, "connect ended", outcome=outcome), Hangup())

        try:
            return spoken(exchange.write(work))
        except DatabaseAway as fault:
            not_stored(fault)
            return spoken((Hangup(),))


def _live(session: Session, exchange: Exchange, links: Links, page_id: int, call_sid: str | None) -> Live | None:
    """Find the page; a call that is over, or is not the one that was placed for it, changes nothing any more."""
    page = session.get(Page, page_id)
    if page is None or call_sid is None:
        return None
    callback = life.held(session, page.callback_id)
    attempts = session.scalars(select(PageAttempt).where(PageAttempt.page_id == page_id)).all()
    mine = next((attempt for attempt in attempts if attempt.sid == call_sid), None)
    if mine is None and not any(attempt.sid is None for attempt in attempts):
        return None
    if mine is not None and mine.carrier_status in FINAL:
        return None
    voicemail = session.scalar(select(Voicemail).where(Voicemail.call_sid == callback.call_sid))
    copied = voicemail is not None and voicemail.audio == "copied"
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
        is_closed=callback.state != "open",
        message_url=links.message(voicemail.id) if copied and voicemail is not None else None,
        has_message=voicemail is not None and voicemail.state != "absent",
    )
    return Live(page, facts, call_sid)


def _act(session: Session, exchange: Exchange, live: Live, reply: page_flow.PageReply) -> tuple[Verb, ...]:
    now, page = exchange.clock.now(), live.page
    match reply.act:
        case "take" | "take and connect":
            if not life.acknowledge(session, exchange.desk, page.callback, page.technician, "phone", now):
                return page_flow.answered(exchange.desk, exchange.places, live.facts).verbs
            if reply.act == "take":
                return page_flow.taken(exchange.desk, live.facts)
            return _connect(session, exchange, live)
        case "pass":
            try:
                life.hand_on(session, page.callback, page.technician, "phone", now)
            except WrongState:
                return (Hangup(),)
            return page_flow.passed(live.facts)
    return reply.verbs


def _connect(session: Session, exchange: Exchange, live: Live) -> tuple[Verb, ...]:
    """Ring the customer. The attempt is on record before the customer's phone rings, once for this call."""
    page, facts = live.page, live.facts
    if facts.customer_number is None:
        return (say(facts.language, "no number"), Hangup())
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == live.call_sid))
    if attempt is None:
        now = exchange.clock.now()
        attempt = life.record_attempt(
            session, page.callback, page.technician, "ringing", "connection", now, live.call_sid
        )
        session.flush()
    return page_flow.connect(exchange.desk, exchange.places, facts, attempt.id)


def _report(exchange: Exchange, found: str | None, status: str) -> Response:
    attempt_id, code, now = number_in_query("attempt"), field("ErrorCode"), exchange.clock.now()
    if found is None:
        return noted()
    error_code = int(code) if code.isdigit() and len(code) < 9 else None
    try:
        exchange.write(lambda session: carrier_reports(session, attempt_id, found, status, error_code, now))
    except DatabaseAway as fault:
        not_stored(fault)
        return Response(status=503)
    return noted()
