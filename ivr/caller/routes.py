"""The webhooks of a customer's call, turn by turn: what the caller hears."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import VoicemailState
from callbacks.db.tables import Call, Callback
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk, Language
from callbacks.inbound import calls, live_calls
from callbacks.oncall import store as oncall_store
from callbacks.people.person import Person
from callbacks.text import sids
from callbacks.text.sids import is_sid
from ivr import prompts
from ivr.caller import flow
from ivr.caller.flow import Facts, Place, Reply, Turn
from ivr.caller.speech_time import shortest_time
from ivr.prompts import say
from ivr.technician import dial_in
from ivr.twilio.context import DatabaseUnavailable, WebhookContext, current
from ivr.twilio.phrases import in_own_words
from ivr.twilio.verbs import Gather, Hangup, Verb
from ivr.twilio.webhook import (
    call_sid,
    field,
    number_in_query,
    pressed_key,
    refusing_altered_replays,
    sid,
    signed_blueprint,
    speak,
    voice_response,
    whole_number,
)
from sla.hours import Reason

log = structlog.get_logger(__name__)


def apologize() -> Response:
    """After an error the caller can still leave a message, or has left one."""
    context, language = current(), _language_of_call()
    if request.path == "/voice/recorded":
        return voice_response((say(language, prompts.GOODBYE), Hangup()))
    trouble, leave_number = say(language, prompts.TROUBLE), say(language, prompts.LEAVE_YOUR_NUMBER)
    facts = facts_without_database(context, call_sid() or "", context.now())
    return voice_response((trouble, leave_number, flow.record(context.desk, context.urls, language, facts), Hangup()))


blueprint = signed_blueprint("caller", __name__, apologize)


@blueprint.post("/voice/incoming")
def incoming() -> Response:
    desk = current().desk
    line = desk.lines[desk.line_called(field("To"))]
    return _answer(Turn(Place.INCOMING, line.language))


@blueprint.post("/voice/language")
def language() -> Response:
    return _answer(Turn(Place.LANGUAGE, _language_in_url(), pressed_key()))


@blueprint.post("/voice/menu")
def menu() -> Response:
    return _answer(Turn(Place.MENU, _language_in_url(), pressed_key(), max(1, number_in_query("tries"))))


@blueprint.post("/voice/ring")
def ring() -> Response:
    bridged = {"true": True, "false": False}.get(field("DialBridged"))
    picked_up = field("DialCallStatus") in ("completed", "answered")
    return _answer(Turn(Place.RING, _language_in_url(), rung=_rung_in_query(), bridged=bridged, picked_up=picked_up))


def _rung_in_query() -> tuple[int, ...]:
    ids = request.args.get("rung", "").split("-")
    return tuple(int(id) for id in ids if re.fullmatch(r"[0-9]{1,9}", id))


@blueprint.post("/voice/beep")
def beep() -> Response:
    return _answer(Turn(Place.BEEP, _language_in_url()))


@blueprint.post("/voice/recorded")
def recorded() -> Response:
    return _answer(Turn(Place.RECORDED, _language_in_url()), _recording_in_action())


def _answer(turn: Turn, recording: calls.Recording | None = None) -> Response:
    """Answer one turn: load the facts, ask the flow, store what became true."""
    context, now, found = current(), current().now(), call_sid()
    as_customer = request.args.get("customer") == "1"  # a technician who chose to go on as one
    facts = facts_without_database(context, found or "", now)
    without_database = flow.step(context.desk, context.urls, turn, facts).verbs
    if found is None:
        log.warning("a call without a CallSid", path=request.path)
        return voice_response(without_database)
    arrival = partial(
        calls.Arrival, found, facts.line, facts.caller, turn.language,
        attestation=field("StirVerstat"), caller_name=field("CallerName"),
    )  # fmt: skip

    def work(session: Session) -> tuple[Verb, ...]:
        hours = support_hours(session, context.desk)
        call = calls.find_call(session, found)
        if call is None:
            verdict = hours.verdict(now)
            reason = verdict.reason.spoken("en")
            came = arrival(is_open=verdict.is_open, hours_reason=reason)
            call = calls.record_call(session, came, now, context.desk.dialing_rules)
        if as_customer:
            dial_in.goes_on_as_customer(call)
        elif turn.place is Place.INCOMING:
            to_technician = dial_in.answer_technician(session, context, call, now)
            if to_technician is not None:
                return to_technician
        if recording is not None:
            calls.record_voicemail(session, context.desk, found, recording, now)
        in_language = _in_language_of(context.desk, call, turn)
        reason_then = hours.verdict(call.began_at).reason
        facts_now = _facts(session, context.desk, call, reason_then, now)
        reply = flow.step(context.desk, context.urls, in_language, facts_now)
        reply = replace(reply, verbs=in_own_words(reply.verbs, context.own_words))  # their length counts
        _store_reply(session, context.desk, found, turn, reply, now)
        return reply.verbs

    return speak(refusing_altered_replays(work, found), without_database)


def _in_language_of(desk: Desk, call: Call, turn: Turn) -> Turn:
    """Return the turn in the language of the call.

    A choice that the database missed, because it was away then, is known from the URL.
    """
    if not call.language_chosen and turn.language != desk.lines[_line_of(desk, call)].language:
        calls.record_language(call, turn.language)
    return replace(turn, language="fr" if call.language == "fr" else "en")


def _language_in_url() -> Language:
    """Return the language from the URL, else that of the line that was called."""
    found = request.args.get("lang")
    if found == "fr":
        return "fr"
    desk = current().desk
    return "en" if found == "en" else desk.lines[desk.line_called(field("To"))].language


def _language_of_call() -> Language:
    """Return the language of the call, from the database where it answers."""
    found = call_sid() or ""
    try:
        call = current().write(lambda session: calls.find_call(session, found))
    except DatabaseUnavailable:
        return _language_in_url()
    if call is None:
        return _language_in_url()
    return "fr" if call.language == "fr" else "en"


def _line_of(desk: Desk, call: Call) -> str:
    return call.line if call.line in desk.lines else desk.line_called("")


def _store_reply(session: Session, desk: Desk, call_sid: str, turn: Turn, reply: Reply, now: datetime) -> None:
    if reply.not_connected is not None:
        live_calls.record_not_connected(session, desk, call_sid, reply.not_connected, now)
    if reply.rings is not None:
        offered = shortest_time(
            verb for verb in reply.verbs if isinstance(verb, Gather)
        )  # a language, before the ringing
        live_calls.record_ringing(session, call_sid, reply.rings, turn.last_rung, now + offered)
    if reply.chose is not None:
        calls.record_choice(session, call_sid, now, reply.chose)
    if reply.promises:
        calls.record_promise(session, call_sid, now + shortest_time(reply.verbs))
    if reply.at_beep:
        calls.record_beep(session, call_sid, now)


def _facts(session: Session, desk: Desk, call: Call, reason: Reason, now: datetime) -> Facts:
    return Facts(
        call_sid=call.sid,
        line=_line_of(desk, call),
        caller=call.caller,
        began_at=call.began_at,
        now=now,
        is_open=call.is_open,
        reason=reason,
        technicians=_free_technicians(session, desk, call, now) if call.is_open else (),
        accepted_by=call.accepted_by_id,
        reference=session.scalar(select(Callback.reference).where(Callback.call_sid == call.sid)),
    )


def _free_technicians(session: Session, desk: Desk, call: Call, now: datetime) -> tuple[Person, ...]:
    """Return the technicians on call when the call began who are not on the phone now."""
    busy = live_calls.on_the_phone(session, call.sid, now)
    on_call = oncall_store.roster(session, desk, call.began_at).everyone()
    return tuple(person for person in on_call if person.id not in busy and _may_be_rung(desk, person))


def _may_be_rung(desk: Desk, person: Person) -> bool:
    return desk.dialing_rules.why_not_technician(person.phone, is_allowed=person.is_allowed) is None


def facts_without_database(context: WebhookContext, call_sid: str, now: datetime) -> Facts:
    """Return what the desk file and the request say: regular hours, and no technicians to call."""
    verdict = context.desk.regular_hours.verdict(now)
    return Facts(
        call_sid=call_sid,
        line=context.desk.line_called(field("To")),
        caller=field("From"),
        began_at=now,
        now=now,
        is_open=verdict.is_open,
        reason=verdict.reason,
    )


def _recording_in_action() -> calls.Recording:
    """Return what the end of a Record says: at most a hint, because the file may not be there yet."""
    if request.args.get("nothing"):
        return calls.Recording(VoicemailState.ABSENT)
    found = sid("RecordingSid", sids.RECORDING) or _sid_in_url(field("RecordingUrl"))
    return calls.Recording(VoicemailState.EXPECTED, found, whole_number("RecordingDuration"))


def _sid_in_url(url: str) -> str | None:
    """Only the name of the recording is used; the URL is never fetched."""
    name = url.rpartition("/")[2].partition(".")[0]
    return name if is_sid(name, sids.RECORDING) else None
