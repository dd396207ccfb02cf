"""The webhooks of a customer's call, turn by turn: what the caller hears."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial

import structlog
from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.holds import can_wait
from callbacks.acts.joining import callback_to_join, due_with_call
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import REACHED, AudioState, Urgency, VoicemailState
from callbacks.db.tables import Call, Callback, Voicemail
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk, Language
from callbacks.desk.spoken_promise import opens_next
from callbacks.inbound import announced, calls, conversations, live_calls
from callbacks.inbound.admission import admission_of
from callbacks.inbound.caller_choices import store_choices
from callbacks.inbound.follow_up_question import note_spoken
from callbacks.inbound.hunt import in_order
from callbacks.inbound.known_language import known_language
from callbacks.inbound.rings import rings_for, stop_ringing
from callbacks.inbound.screening import Admission
from callbacks.lifecycle.transitions import is_held
from callbacks.oncall import store as oncall_store
from callbacks.people.person import Person
from callbacks.people.technicians import person
from callbacks.records.proofs import last_attempt
from callbacks.text import sids
from callbacks.text.attestation import has_failed
from callbacks.text.bilingual import Words
from callbacks.text.sids import is_sid
from ivr import prompts
from ivr.caller import announcement, flow, voicemail
from ivr.caller.ringing import BRIDGED
from ivr.caller.speech_time import shortest_time
from ivr.caller.turns import Announced, Choices, Facts, OpenCallback, Place, Reply, Step, Turn
from ivr.prompts import say
from ivr.technician import dial_in
from ivr.twilio.context import DatabaseUnavailable, WebhookContext, current
from ivr.twilio.phrases import in_own_words
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import (
    call_sid,
    field,
    number_in_query,
    pressed_key,
    pressed_keys,
    refusing_altered_replays,
    sid,
    signed_blueprint,
    speak,
    voice_response,
    whole_number,
)
from sla.hours import SupportHours

LONGEST_PRODUCT, LONGEST_BOX, LONGEST_NUMBER = 120, 40, 20  # characters
MOST_CALLED = 50  # phones that were rung in one call
ADMITS = (Place.INCOMING, Place.RECORDED)  # where it matters whether the call is let in
FIRST_STEPS = 2  # of a policy: usually to one person, by text and by phone

log = structlog.get_logger(__name__)


def apologize() -> Response:
    """After an error the caller can still leave a message, or has left one."""
    context, language = current(), _language_of_call()
    if request.path == "/voice/recorded":
        return voice_response((say(language, prompts.GOODBYE), Hangup()))
    trouble, leave_number = say(language, prompts.TROUBLE), say(language, prompts.LEAVE_YOUR_NUMBER)
    facts = facts_without_database(context, call_sid() or "", context.now())
    turn = Turn(Place.BEEP, replace(_choices_in_url(), language=language))
    record = voicemail.record(Step(context.desk, context.urls, turn, facts))
    return voice_response((trouble, leave_number, record, Hangup()))


blueprint = signed_blueprint("caller", __name__, apologize)


def _turn(place: Place) -> Turn:
    """Return the turn that a request is about: what its URL holds, and the keys that were pressed."""
    return Turn(
        place,
        _choices_in_url(),
        pressed_keys() if place in (Place.NUMBER, Place.NAMED_HOUR) else pressed_key(),
        max(1, number_in_query("tries")),
        bridged={"true": True, "false": False}.get(field("DialBridged")),
        picked_up=field("DialCallStatus") in ("completed", "answered"),
        queue_result=field("QueueResult"),
        only=number_in_query("only"),
        offered_at=instant_in(request.args.get("at", "")),
        way=_way_in_url(),
        key=request.args.get("key", "")[:1],
        called=tuple(number for number in request.args.get("called", "").split(".") if number)[:MOST_CALLED],
        question_in=_language_in_url(),
        seconds=None if request.args.get("nothing") else whole_number("RecordingDuration"),
        has_recorded=request.args.get("recorded") == "1",
        entered=request.args.get("entered", "")[:LONGEST_NUMBER],
    )


def _way_in_url() -> tuple[str, ...]:
    """Return the menus through which the caller came. Those that the desk file no longer has are left out."""
    menus = current().desk.menus
    return tuple(name for name in request.args.get("menu", "").split(".") if name in menus)


def _choices_in_url() -> Choices:
    return choices_in(request.args, _language_in_url())


def choices_in(query: Mapping[str, str], language: Language) -> Choices:
    """Return the choices that a URL holds. Anything unknown in it, of an earlier release, counts as not chosen."""
    urgency = next((each for each in Urgency if each.value == query.get("urgency")), Urgency.NONE)
    return Choices(
        language,
        urgency,
        query.get("product", "")[:LONGEST_PRODUCT],
        is_separate=query.get("separate") == "1",
        wants_manager=query.get("manager") == "1",
        box=query.get("box", "")[:LONGEST_BOX],
        named_at=instant_in(query.get("time", "")),
        number=query.get("number", "")[:LONGEST_NUMBER],
    )


def instant_in(seconds: str) -> datetime | None:
    """Return an instant from a URL of ours, in seconds since 1970; None when it is not one."""
    return datetime.fromtimestamp(int(seconds), UTC) if re.fullmatch(r"[0-9]{1,11}", seconds) else None


def _answer_at(place: Place) -> Callable[[], Response]:
    """Return the view of a place."""

    def view() -> Response:
        return _answer(_turn(place), _recording_in_action() if place is Place.RECORDED else None)

    return view


for _place in Place:
    blueprint.add_url_rule(f"/voice/{_place.value.value}", _place.name.lower(), _answer_at(_place), methods=["POST"])


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
        webhooks_missed=turn.place is not Place.INCOMING,
    )  # fmt: skip

    def work(session: Session) -> tuple[Verb, ...]:
        hours = support_hours(session, context.desk)
        call = calls.find_call(session, found)
        if call is None:
            verdict = hours.verdict(now)
            reason = verdict.reason.spoken("en")
            came = arrival(is_open=verdict.is_open, hours_reason=reason)
            came = _in_known_language(session, context.desk, turn, came)
            call = calls.record_customer_call(session, context.desk, came, now)
        if as_customer:
            dial_in.goes_on_as_customer(call)
        elif turn.place is Place.INCOMING:
            to_technician = dial_in.answer_technician(session, context, call, now)
            if to_technician is not None:
                return to_technician
        in_language = _in_language_of(context.desk, call, turn)
        store_choices(session, context.desk, call, in_language.choices.stored, now)  # before a callback opens
        if recording is not None:
            calls.record_voicemail(session, context.desk, found, recording, now)
        call.key_pressed = call.key_pressed or turn.digits not in ("", "?")
        facts_now = _facts(session, context, call, turn.place, hours, now)
        facts_now = replace(facts_now, announcements=_announced(session, facts_now.line, turn, now))
        reply = flow.step(context.desk, context.urls, in_language, facts_now)
        reply = replace(reply, verbs=in_own_words(reply.verbs, context.own_words))  # their length counts
        _store_reply(session, context.desk, call, turn, reply, now)
        return reply.verbs

    return speak(refusing_altered_replays(work, found), without_database)


def _in_known_language(session: Session, desk: Desk, turn: Turn, came: calls.Arrival) -> calls.Arrival:
    """Return the arrival in the caller's language, where it is known and nothing has been heard in another."""
    known = known_language(session, came.caller, desk.dialing_rules) if turn.place is Place.INCOMING else None
    return came if known is None else replace(came, language=known, language_is_known=True)


def _in_language_of(desk: Desk, call: Call, turn: Turn) -> Turn:
    """Return the turn in the language of the call.

    A choice that the database missed, because it was away then, is known from the URL.
    """
    began_in = call.language if call.language_known else desk.lines[_line_of(desk, call)].language
    if not call.language_chosen and turn.place is not Place.INCOMING and turn.language != began_in:
        calls.record_language(call, turn.language)
    return turn.choosing(language="fr" if call.language == "fr" else "en")


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


def _store_reply(session: Session, desk: Desk, call: Call, turn: Turn, reply: Reply, now: datetime) -> None:
    if reply.not_connected is not None:
        live_calls.record_not_connected(session, desk, call.sid, reply.not_connected, now)
    if reply.not_put_through:
        live_calls.record_not_put_through(session, call.sid)
    if reply.is_waiting:
        live_calls.record_wait(session, call.sid, now)
    if reply.rings:
        live_calls.ring(session, call.sid, reply.rings, now)
    if reply.ends_wait:
        stop_ringing(session, call.sid, now)
    if reply.screening is not None:
        call.screening = reply.screening
    if reply.choices is not None:
        store_choices(session, desk, call, reply.choices.stored, now)
    if reply.tells_standing:
        calls.record_choice(session, call.sid, now, EventKind.STANDING_HEARD)
    if reply.has_spoken_with is not None:
        is_proven = turn.queue_result == BRIDGED
        conversations.record_conversation(session, desk, call.sid, reply.has_spoken_with, now, is_proven=is_proven)
        if is_proven:
            note_spoken(session, desk, call, reply.has_spoken_with, now)
    if reply.chose is not None:
        calls.record_choice(session, call.sid, now, reply.chose, reply.chose_what)
    if reply.promises:
        calls.record_promise(session, call.sid, now + shortest_time(reply.verbs))
    if reply.waits_for:
        announced.tell_when_over(session, desk, call, reply.waits_for, now)
    if reply.at_beep:
        calls.record_beep(session, call.sid, now)


def _facts(
    session: Session, context: WebhookContext, call: Call, place: Place, hours: SupportHours, now: datetime
) -> Facts:
    desk = context.desk
    on_call = _technicians(session, desk, call) if call.is_open else ()
    on_the_phone = cache(lambda: live_calls.on_the_phone(session, call.sid, now))  # asked once, where it matters
    busy = on_the_phone() if call.is_open else frozenset[int]()
    return Facts(
        call_sid=call.sid,
        line=_line_of(desk, call),
        caller=call.caller,
        began_at=call.began_at,
        now=now,
        is_open=call.is_open,
        reason=hours.verdict(call.began_at).reason,
        opens_at=opens_next(hours, call.began_at),
        technicians=tuple(each for each in on_call if each.id not in busy),
        busy=frozenset(each.id for each in on_call if each.id in busy),
        rings=rings_for(session, call.sid),
        waited_from=call.waited_from,
        ahead=live_calls.callers_ahead(session, desk, call, now) if call.is_open else 0,
        layers=_free_on_layers(session, desk, call, on_the_phone()) if desk.teams else {},
        wants_manager=call.wants_manager_at is not None,
        accepted_by=call.accepted_by_id,
        reference=session.scalar(select(Callback.reference).where(Callback.contact_sid == call.sid)),
        admission=admission_of(session, desk, call, now) if place in ADMITS else Admission.LET_IN,
        number_is_usable=bool(call.customer_number or desk.dialing_rules.check(call.caller).number),
        is_perhaps_forged=has_failed(call.attestation),
        message_url=_message_url(session, context, call),
        open_callback=_open_callback(session, desk, call, on_the_phone, now),
    )


def _announced(session: Session, line: str, turn: Turn, now: datetime) -> tuple[Announced, ...]:
    """Return what is announced on the line, at the beginning of a call."""
    if turn.place not in (Place.INCOMING, Place.ADMISSION, Place.ANNOUNCEMENT):
        return ()
    is_waited_for = turn.place is Place.ANNOUNCEMENT and turn.digits == announcement.TELL_ME
    rows = announced.announced_on(session, line, now, is_waited_for=is_waited_for)
    return tuple(Announced(row.id, Words(row.english, row.french)) for row in rows)


def _message_url(session: Session, context: WebhookContext, call: Call) -> str | None:
    """Return where the carrier can play the caller's message from, once the desk has it."""
    here = select(Voicemail.id).where(Voicemail.audio == AudioState.COPIED, Voicemail.is_replaced.is_(False))
    found = session.scalar(here.where(Voicemail.call_sid == call.sid))
    return context.links.message(found) if found is not None else None


def _open_callback(
    session: Session, desk: Desk, call: Call, on_the_phone: Callable[[], Collection[int]], now: datetime
) -> OpenCallback | None:
    """Return the callback that a call is about, as the caller may hear it.

    None for a caller ID that failed attestation: it may be somebody else's, and they hear what a new caller hears.
    """
    callback = callback_to_join(session, desk, call) if not has_failed(call.attestation) else None
    if callback is None:
        return None
    last = last_attempt(session, callback)
    waits = is_held(callback, now) and can_wait(callback)
    due_at = due_with_call(desk, callback, call)
    return OpenCallback(
        reference=callback.reference,
        due_at=callback.due_at if waits else due_at,
        due_with_message=due_at,
        has_owner=callback.owner_id is not None,
        owner=_owner_to_ring(desk, callback, on_the_phone),
        is_held=is_held(callback, now),
        can_wait=waits,
        is_escalating=callback.resumed or (callback.owner_id is None and callback.position > FIRST_STEPS),
        tried_at=last.tried_at if last is not None else None,
        is_reached=last is not None and last.outcome in REACHED,
    )


def _owner_to_ring(desk: Desk, callback: Callback, on_the_phone: Callable[[], Collection[int]]) -> Person | None:
    """Return the owner of a callback if their phone may be rung for this call, and is free."""
    owner = callback.owner
    if owner is None or not _may_be_rung(desk, person(owner)):
        return None
    return person(owner) if owner.id not in on_the_phone() else None


def _technicians(session: Session, desk: Desk, call: Call) -> tuple[Person, ...]:
    """Return the technicians on call when the call began, in the order in which they are rung."""
    on_call = oncall_store.roster(session, desk, call.began_at).everyone()
    may_be_rung = [each for each in on_call if _may_be_rung(desk, each)]
    last_calls = live_calls.last_calls(session) if desk.ringing.order == "longest idle" else {}
    return in_order(desk.ringing, may_be_rung, last_calls)


def _free_on_layers(
    session: Session, desk: Desk, call: Call, busy: Collection[int]
) -> Mapping[str, tuple[Person, ...]]:
    """Return who is free on each layer that a team is made of, at any hour: its choice has hours of its own."""
    roster = oncall_store.roster(session, desk, call.began_at)
    layers = dict.fromkeys(layer for team in desk.teams.values() for layer in team.layers)
    return {layer: _free(desk, roster.on(layer), busy) for layer in layers}


def _free(desk: Desk, on_call: Iterable[Person], busy: Collection[int]) -> tuple[Person, ...]:
    return tuple(each for each in on_call if each.id not in busy and _may_be_rung(desk, each))


def _may_be_rung(desk: Desk, who: Person) -> bool:
    return who.verified and desk.dialing_rules.why_not_technician(who.phone, is_allowed=who.is_allowed) is None


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
        number_is_usable=context.desk.dialing_rules.check(field("From")).number is not None,
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
