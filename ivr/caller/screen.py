"""What a technician hears who is rung for a caller on the line: who is calling, and the key that takes the call.

A private voicemail picks up too, so a key is needed. The carrier's queue holds the caller, and only one person can take
them out of it: two technicians never have the same caller, not even while the database is unavailable.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.acts.base import Via, technician_by
from callbacks.acts.by_hand import open_after_call
from callbacks.acts.joining import callback_to_join
from callbacks.customers.find import caller_of
from callbacks.db.database import locked_or_none
from callbacks.db.states import PageKind, PriorityLevel
from callbacks.db.tables import Call, Page
from callbacks.desk.choices import priority_choices
from callbacks.desk.desk_file import Desk, Language
from callbacks.inbound import live_calls
from callbacks.inbound.conversations import has_heard_standing, record_conversation
from callbacks.inbound.follow_up_question import may_need_more, note_asked
from callbacks.text.formats import spelled
from callbacks.text.sids import CALL, is_sid
from ivr import prompts
from ivr.prompts import number_in_prompt, say
from ivr.technician.live_page import APOLOGY, is_live, language_of, placed_call
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.context import current
from ivr.twilio.verbs import DialQueue, Gather, Hangup, Say, Verb
from ivr.twilio.webhook import (
    field,
    language_in_query,
    number_in_query,
    pressed_key,
    signed_blueprint,
    speak,
    voice_response,
)

PRIORITIES = {"1": PriorityLevel.P1, "2": PriorityLevel.P2, "3": PriorityLevel.P3}
FOR_EXAMPLES = "0"
SECONDS_TO_CONNECT = 5  # the caller may be gone by then
A_MINUTE = timedelta(minutes=1)


def say_goodbye() -> Response:
    return voice_response((say(language_in_query(), prompts.GOODBYE), Hangup()))


blueprint = signed_blueprint("screen", __name__, say_goodbye)


@blueprint.post("/voice/screen")
def screen() -> Response:
    """Say who calls, and ask for a key. Even while the database is unavailable, the key takes the call."""
    page_id, placed, now, context = number_in_query("page"), placed_call(), current().now(), current()
    key_url, language = _url(VoicePath.SCREEN_KEY), language_in_query()

    def work(session: Session) -> tuple[Verb, ...]:
        found = _ring(session, page_id)
        if found is None or not is_live(session, context.desk, found[0], placed, now):
            return (Hangup(),)
        page, call = found
        spoken = language_of(page.technician)
        if not live_calls.may_take(session, call, page.technician):
            return _too_late(call, spoken)
        return _ask(
            key_url,
            spoken,
            _line(context.desk, call, spoken),
            *_customer(session, call, spoken),
            *_callback(session, context.desk, call, spoken),
            *_how_long(call, now, spoken),
        )

    unknown = say(language, prompts.SUPPORT_CALL_WITHOUT_DATABASE)
    return speak(work, _ask(key_url, language, unknown))


@blueprint.post("/voice/screen/key")
def screen_key() -> Response:
    """Connect the two after key 1. Not when the caller waits no longer, or somebody else was faster."""
    if pressed_key() != "1":
        return voice_response((Hangup(),))
    page_id, placed, now, context = number_in_query("page"), placed_call(), current().now(), current()
    connected = (DialQueue(_call_in_query(), _url(VoicePath.SCREEN_ENDED), SECONDS_TO_CONNECT),)

    def work(session: Session) -> tuple[Verb, ...]:
        found = _ring(session, page_id)
        if found is None or not is_live(session, context.desk, found[0], placed, now):
            return (Hangup(),)
        page, call = found
        if live_calls.record_answer(session, call.sid, page.technician, now):
            return connected
        return _too_late(call, language_of(page.technician))

    return speak(work, connected)


@blueprint.post("/voice/screen/ended")
def screen_ended() -> Response:
    """The conversation is over, or there was none."""
    page_id, now, context, language = number_in_query("page"), current().now(), current(), language_in_query()
    is_proven, have_spoken = field("DialBridged") == "true", _have_spoken()
    answer: tuple[Verb, ...] = (Hangup(),) if have_spoken else (say(language, prompts.CALLER_GONE), Hangup())
    question = _ask_for_follow_up(context.desk, language, 1)

    def work(session: Session) -> tuple[Verb, ...]:
        found = _ring(session, page_id)
        if found is None:
            return answer
        (page, call), desk = found, context.desk
        if not have_spoken:
            live_calls.record_not_connected(session, desk, call.sid, page.technician_id, now)
        elif is_proven:
            record_conversation(session, desk, call.sid, page.technician_id, now, is_proven=True)
        if not have_spoken or not may_need_more(session, desk, call, page.technician_id):
            return answer
        note_asked(session, call, f"{page.technician.name}, by phone", now)
        return question

    return speak(work, answer)


@blueprint.post("/voice/screen/follow-up")
def follow_up() -> Response:
    """Open the callback of a call that needs more work, with the priority of the key."""
    page_id, placed, now, context = number_in_query("page"), placed_call(), current().now(), current()
    priority, language = PRIORITIES.get(pressed_key()), language_in_query()
    if priority is None:
        return voice_response(_another_key(context.desk, language))

    def work(session: Session) -> tuple[Verb, ...]:
        found = _ring(session, page_id)
        if found is None or not is_live(session, context.desk, found[0], placed, now):
            return (Hangup(),)
        page, call = found
        if call.accepted_by_id != page.technician_id:
            return (Hangup(),)
        by = technician_by(page.technician, Via.PHONE)
        opened = open_after_call(session, context.desk, call, by, priority, now)
        reference, level = spelled(opened.reference), opened.priority.value
        return (say(language, prompts.FOLLOW_UP_OPENED, reference=reference, priority=level), Hangup())

    return speak(work, APOLOGY)


def _another_key(desk: Desk, language: Language) -> tuple[Verb, ...]:
    """Return what follows a key of no priority: examples of each, or the question once more. Silence ends the call."""
    round = number_in_query("round")
    if pressed_key() == FOR_EXAMPLES and (examples := _examples(desk, language)):
        return _ask_for_follow_up(desk, language, round, examples)
    return _ask_for_follow_up(desk, language, 2) if pressed_key() and round < 2 else (Hangup(),)


def _ask_for_follow_up(desk: Desk, language: Language, round: int, first: tuple[Say, ...] = ()) -> tuple[Verb, ...]:
    query = {"page": number_in_query("page"), "call": _call_in_query(), "lang": language, "round": round}
    p1, p2, p3 = (choice.name.for_(language) for choice in priority_choices(desk))
    question = say(language, prompts.FOLLOW_UP, p1=p1, p2=p2, p3=p3)
    offer = (say(language, prompts.FOR_EXAMPLES),) if not first and _examples(desk, language) else ()
    return (Gather(current().urls.to(VoicePath.FOLLOW_UP, **query), (*first, question, *offer)), Hangup())


def _examples(desk: Desk, language: Language) -> tuple[Say, ...]:
    """Return the examples of each priority that has some."""
    return tuple(
        say(language, prompts.PRIORITY_EXAMPLES, priority=level.value, examples=targets.examples[language])
        for level, targets in desk.priorities.items()
        if targets.examples
    )


def _have_spoken() -> bool:
    """Return whether the carrier connected the two. Where it does not say so, the status of the Dial does."""
    is_bridged = {"true": True, "false": False}.get(field("DialBridged"))
    return field("DialCallStatus") in ("completed", "answered") if is_bridged is None else is_bridged


def _ring(session: Session, page_id: int) -> tuple[Page, Call] | None:
    """Return a ring and its call, which is locked first: the order in which the end of a call locks."""
    page = session.get(Page, page_id)
    if page is None or page.kind is not PageKind.LIVE_CALL or page.live_call_sid is None:
        return None
    call = locked_or_none(session, Call, page.live_call_sid)
    return (page, call) if call is not None else None


def _ask(key_url: str, language: Language, *words: Say) -> tuple[Verb, ...]:
    return (Gather(key_url, (*words, say(language, prompts.TAKE_THE_CALL))), Hangup())


def _line(desk: Desk, call: Call, language: Language) -> Say:
    check = desk.dialing_rules.check(call.caller)
    caller = number_in_prompt(language, check.number, otherwise=prompts.without_number(check.kind))
    return say(language, prompts.SUPPORT_CALL, line=desk.line_name(call.line).for_(language), caller=caller)


def _customer(session: Session, call: Call, language: Language) -> tuple[Say, ...]:
    caller = caller_of(session, call)
    return (say(language, prompts.CUSTOMER, customer=caller.in_words.for_(language)),) if caller is not None else ()


def _callback(session: Session, desk: Desk, call: Call, language: Language) -> tuple[Say, ...]:
    """Return what is said of the open callback that the caller heard about."""
    callback = callback_to_join(session, desk, call)
    if callback is None or not has_heard_standing(session, call.sid):
        return ()
    return (say(language, prompts.ABOUT_CALLBACK, reference=spelled(callback.reference)),)


def _how_long(call: Call, now: datetime, language: Language) -> tuple[Say, ...]:
    waited = now - (call.waited_from or now)
    if waited < timedelta(seconds=15):  # as usual
        return ()
    if waited < A_MINUTE:
        seconds = round(waited.total_seconds() / 10) * 10
        return (say(language, prompts.WAITED_SECONDS, count=str(seconds)),)
    if waited < 2 * A_MINUTE:
        return (say(language, prompts.WAITED_A_MINUTE),)
    return (say(language, prompts.WAITED_MINUTES, count=str(waited // A_MINUTE)),)


def _too_late(call: Call, language: Language) -> tuple[Verb, ...]:
    is_taken = call.accepted_by_id is not None and call.ended_at is None
    return (say(language, prompts.CALL_TAKEN if is_taken else prompts.CALLER_GONE), Hangup())


def _url(path: VoicePath) -> str:
    query = {"page": number_in_query("page"), "call": _call_in_query(), "lang": language_in_query()}
    return current().urls.to(path, **query)


def _call_in_query() -> str:
    found = request.args.get("call", "")
    return found if is_sid(found, CALL) else ""
