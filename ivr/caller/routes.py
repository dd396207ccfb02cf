"""The webhooks of a customer's call: from the first ring to the recording."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from callbacks.db.states import FINAL, VoicemailState, carrier_status
from callbacks.db.tables import Call, Callback, Technician
from callbacks.desk.business_hours import support_hours
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.text.formats import readable_number
from callbacks.text.phone_numbers import ringable
from ivr.caller.flow import Facts, Reply, Turn, step
from ivr.prompts import say
from ivr.twilio.verbs import Gather, Hangup, Record, Verb
from ivr.twilio.webhook import (
    DatabaseAway,
    Exchange,
    field,
    key,
    language_in_query,
    not_stored,
    noted,
    number_in_query,
    sid,
    signed_blueprint,
    spoken,
)
from sla.hours import Reason

log = structlog.get_logger(__name__)

# What the carrier says became of a recording.
RECORDINGS = {
    "completed": VoicemailState.RECORDED,
    "absent": VoicemailState.ABSENT,
    "failed": VoicemailState.FAILED,
}


def voice_blueprint(exchange: Exchange) -> Blueprint:
    """The routes that a customer's call passes through."""
    voice = signed_blueprint("voice", exchange)
    _turns(voice, exchange)
    _news(voice, exchange)
    _screen(voice, exchange)

    @voice.errorhandler(Exception)
    def apologize(fault: Exception) -> ResponseReturnValue:
        """Whatever went wrong, the caller can still leave a message."""
        if isinstance(fault, HTTPException):
            return fault.get_response()
        log.exception("a caller's turn failed", path=request.path)
        return spoken(_last_resort(exchange, language_in_query()))

    return voice


def _turns(voice: Blueprint, exchange: Exchange) -> None:
    """What the caller hears, turn by turn."""
    desk = exchange.desk

    @voice.post("/voice/incoming")
    def incoming() -> Response:
        line = desk.lines[desk.line_called(field("To"))]
        return _answer(exchange, Turn("incoming", line.language))

    @voice.post("/voice/menu")
    def menu() -> Response:
        return _answer(exchange, Turn("menu", language_in_query(), key(), max(1, number_in_query("tries"))))

    @voice.post("/voice/ring")
    def ring() -> Response:
        bridged = field("DialBridged") == "true"
        return _answer(exchange, Turn("ring", language_in_query(), rung=number_in_query("rung"), bridged=bridged))

    @voice.post("/voice/beep")
    def beep() -> Response:
        return _answer(exchange, Turn("beep", language_in_query()))

    @voice.post("/voice/recorded")
    def recorded() -> Response:
        return _answer(exchange, Turn("recorded", language_in_query()), _recording_in_action())


def _news(voice: Blueprint, exchange: Exchange) -> None:
    """What the carrier tells afterwards, in any order."""
    desk = exchange.desk

    @voice.post("/voice/recording")
    def recording() -> Response:
        """The carrier's own word on the recording; the action above is only a hint."""
        call_sid = sid("CallSid", "CA")
        state = RECORDINGS.get(field("RecordingStatus"))
        if call_sid is None or state is None:
            return noted()
        seconds = field("RecordingDuration")
        news = calls.Recording(state, sid("RecordingSid", "RE"), int(seconds) if seconds.isdigit() else None)
        now = exchange.clock.now()
        return _store(exchange, lambda session: calls.record_voicemail(session, desk, call_sid, news, now))

    @voice.post("/voice/status")
    def status() -> Response:
        call_sid, call_status = sid("CallSid", "CA"), carrier_status(field("CallStatus"))
        if call_sid is None or call_status not in FINAL:
            return noted()
        now = exchange.clock.now()
        return _store(exchange, lambda session: calls.record_end(session, desk, call_sid, call_status, now))


def _screen(voice: Blueprint, exchange: Exchange) -> None:
    """What a technician hears before a live call is connected."""
    places = exchange.places

    @voice.post("/voice/screen")
    def screen() -> Response:
        """A technician picked up a live call. A private voicemail would pick up too, so a key is asked for."""
        language = language_in_query()
        caller = ringable(request.args.get("caller", ""))
        who = readable_number(caller) if caller else say(language, "withheld").text
        action = places.at("screen/key", call=_call_in_query(), technician=number_in_query("technician"), lang=language)
        prompts = (
            say(language, "screen", line=request.args.get("line", "")[:40], caller=who),
            say(language, "screen repeat"),
        )
        return spoken((Gather(action, prompts, timeout=6), Hangup()))

    @voice.post("/voice/screen/key")
    def screen_key() -> Response:
        if key() != "1":
            return spoken((Hangup(),))
        now, call_sid, technician_id = exchange.clock.now(), _call_in_query(), number_in_query("technician")

        def work(session: Session) -> None:
            technician = session.get(Technician, technician_id)
            if technician is not None and call_sid:
                calls.record_answer(session, call_sid, technician, now)

        try:
            exchange.write(work)
        except DatabaseAway as fault:
            not_stored(fault)  # the two are connected all the same
        return spoken(())


def _answer(exchange: Exchange, turn: Turn, recording: calls.Recording | None = None) -> Response:
    """Take one turn: load what is known, ask the flow, write down what became true."""
    call_sid, now = sid("CallSid", "CA"), exchange.clock.now()
    desk, places = exchange.desk, exchange.places
    if call_sid is None:
        log.warning("a call without a CallSid", path=request.path)
        return spoken(step(desk, places, turn, _facts_of_desk(exchange, "")).verbs)
    line, caller = desk.line_called(field("To")), field("From")
    attestation, name = field("StirVerstat"), field("CallerName")

    def work(session: Session) -> Reply:
        hours = support_hours(session, desk)
        call = calls.find_call(session, call_sid)
        if call is None:
            verdict = hours.verdict(now)
            reason = verdict.reason.spoken("en")
            arrival = calls.Arrival(call_sid, line, caller, turn.language, verdict.is_open, reason, attestation, name)
            call = calls.record_call(session, arrival, now)
        if recording is not None:
            calls.record_voicemail(session, desk, call_sid, recording, now)
        reply = step(desk, places, turn, _facts(session, exchange, call, hours.verdict(call.began_at).reason))
        if reply.chose is not None:
            calls.record_choice(session, call_sid, now, reply.chose)
        if reply.asked_to_speak:
            calls.record_beep(session, call_sid, now)
        return reply

    try:
        return spoken(exchange.write(work).verbs)
    except DatabaseAway as fault:
        not_stored(fault)
        return spoken(step(desk, places, turn, _facts_of_desk(exchange, call_sid)).verbs)


def _facts(session: Session, exchange: Exchange, call: Call, reason: Reason) -> Facts:
    desk = exchange.desk
    technicians = store.roster(session, desk, call.began_at).everyone() if call.is_open else ()
    return Facts(
        call_sid=call.sid,
        line=call.line if call.line in desk.lines else desk.line_called(""),
        caller=call.caller,
        began_at=call.began_at,
        now=exchange.clock.now(),
        is_open=call.is_open,
        reason=reason,
        technicians=technicians,
        accepted=call.accepted_by_id is not None,
        reference=session.scalar(select(Callback.reference).where(Callback.call_sid == call.sid)),
    )


def _facts_of_desk(exchange: Exchange, call_sid: str) -> Facts:
    """What is known without the database: the week and its holidays, and nobody to ring."""
    desk, now = exchange.desk, exchange.clock.now()
    verdict = desk.regular_hours.verdict(now)
    return Facts(
        call_sid=call_sid,
        line=desk.line_called(field("To")),
        caller=field("From"),
        began_at=now,
        now=now,
        is_open=verdict.is_open,
        reason=verdict.reason,
    )


def _store(exchange: Exchange, work: Callable[[Session], object]) -> Response:
    try:
        exchange.write(work)
    except DatabaseAway as fault:
        not_stored(fault)
        return Response(status=503)
    return noted()


def _recording_in_action() -> calls.Recording:
    """What the end of a Record says: a hint of a recording whose file may not be there yet."""
    seconds = field("RecordingDuration")
    if request.args.get("nothing"):
        return calls.Recording(VoicemailState.ABSENT)
    found = sid("RecordingSid", "RE") or _sid_in_url(field("RecordingUrl"))
    return calls.Recording(VoicemailState.EXPECTED, found, int(seconds) if seconds.isdigit() else None)


def _sid_in_url(url: str) -> str | None:
    """The name of the recording is all that is taken from this URL; it is never fetched."""
    name = url.rpartition("/")[2].partition(".")[0]
    return name if name.startswith("RE") and name.isalnum() and len(name) <= 64 else None


def _call_in_query() -> str:
    found = request.args.get("call", "")
    return found if found.startswith("CA") and found.isalnum() and len(found) <= 64 else ""


def _last_resort(exchange: Exchange, language: str) -> tuple[Verb, ...]:
    places = exchange.places
    if request.path.startswith(("/voice/recorded", "/voice/screen")):
        return (say(language, "goodbye"), Hangup())
    return (
        say(language, "trouble"),
        say(language, "number"),
        Record(places.at("recorded", lang=language), places.at("recording"), 300, 10),
        Hangup(),
    )
