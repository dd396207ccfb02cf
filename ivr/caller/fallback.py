"""The fallback URL: the carrier asks it for a document when another of our webhooks has failed in a call.

It takes a message on its own: without a database, and whatever has become of the call before.
"""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlsplit

import structlog
from flask import Response
from sqlalchemy.orm import Session

from callbacks.desk.desk_file import Desk, Language
from callbacks.inbound import calls
from callbacks.inbound.caller_choices import store_choices
from ivr import prompts
from ivr.caller import voicemail
from ivr.caller.languages import other
from ivr.caller.routes import choices_in, facts_without_database
from ivr.caller.turns import Choices, Place, Step, Turn
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.context import current
from ivr.twilio.verbs import Hangup, Say, Verb
from ivr.twilio.webhook import call_sid, field, refusing_altered_replays, signed_blueprint, speak, voice_response

log = structlog.get_logger(__name__)


def take_a_message() -> Response:
    return voice_response(_message())


blueprint = signed_blueprint("fallback", __name__, take_a_message)


@blueprint.post("/voice/fallback")
def fallback() -> Response:
    """Apologize and record a message. A caller who has left one already hears goodbye."""
    code, failed = field("ErrorCode"), urlsplit(field("ErrorUrl")).path
    log.error("the carrier used the fallback URL", code=code, failed=failed)
    context, now, sid = current(), current().now(), call_sid()
    verbs = _goodbye() if failed.endswith(f"/voice/{VoicePath.RECORDED.value}") else _message()
    if sid is None:
        return voice_response(verbs)
    facts = facts_without_database(context, sid, now)
    language = _languages(context.desk, facts.line)[0]
    found, choices = calls.FoundCall(sid, facts.line, facts.caller, language, now), _choices(language).stored

    def work(session: Session) -> tuple[Verb, ...]:
        calls.record_fallback(session, context.desk, found, code, now)
        call = calls.find_call(session, sid)
        if call is not None:
            store_choices(session, context.desk, call, choices, now)
        return verbs

    return speak(refusing_altered_replays(work, sid), verbs)


def _goodbye() -> tuple[Verb, ...]:
    language = _languages(current().desk, current().desk.line_called(field("To")))[0]
    return (say(language, prompts.GOODBYE), Hangup())


def _message() -> tuple[Verb, ...]:
    context = current()
    facts = facts_without_database(context, call_sid() or "", context.now())
    languages = _languages(context.desk, facts.line)
    turn = Turn(Place.BEEP, _choices(languages[0]))
    record = voicemail.record(Step(context.desk, context.urls, turn, facts))
    heard = [prompt for language in languages for prompt in _prompts(language)]
    return (*heard, record, say(languages[0], prompts.GOODBYE), Hangup())


def _prompts(language: Language) -> tuple[Say, ...]:
    return (
        say(language, prompts.FALLBACK),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )


def _choices(language: Language) -> Choices:
    """Return what the caller had chosen by then, from the URL that failed."""
    return choices_in(dict(parse_qsl(urlsplit(field("ErrorUrl")).query)), language)


def _languages(desk: Desk, line: str) -> tuple[Language, ...]:
    """Return the language of the call if the URL that failed has it, else both, that of the line first."""
    in_the_call = parse_qs(urlsplit(field("ErrorUrl")).query).get("lang", [""])[0]
    match in_the_call:
        case "en" | "fr":
            return (in_the_call,)
    first = desk.lines[line].language
    return (first, other(first))
