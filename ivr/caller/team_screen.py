"""What somebody of a team hears before a call is connected: who is calling, and the key that takes it.

A private voicemail picks up too, so a key is needed. An outside number has a switchboard of its own: it is connected as
soon as it answers.
"""

from __future__ import annotations

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.inbound import live_calls
from callbacks.text.sids import CALL, is_sid
from ivr import prompts
from ivr.prompts import number_in_prompt, say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.context import current
from ivr.twilio.verbs import Gather, Hangup, Verb
from ivr.twilio.webhook import field, language_in_query, pressed_key, signed_blueprint, speak, voice_response

LONGEST_LINE_NAME, LONGEST_CALLER, LONGEST_TO = 40, 64, 60


def say_goodbye() -> Response:
    return voice_response((say(language_in_query(), prompts.GOODBYE), Hangup()))


blueprint = signed_blueprint("team_screen", __name__, say_goodbye)


@blueprint.post("/voice/team/screen")
def screen() -> Response:
    """Ask for a key. The carrier connects the two when this document ends without a Hangup."""
    desk, language = current().desk, language_in_query()
    name = desk.team_name(_to().partition(":")[2]).for_(language)
    line = desk.line_name(request.args.get("line", "")[:LONGEST_LINE_NAME]).for_(language)
    check = desk.dialing_rules.check(request.args.get("caller", "")[:LONGEST_CALLER])
    caller = number_in_prompt(language, check.number, otherwise=prompts.without_number(check.kind))
    action = current().urls.to(VoicePath.TEAM_SCREEN_KEY, call=_call(), to=_to(), lang=language)
    question = (
        say(language, prompts.TEAM_CALL, team=name, line=line, caller=caller),
        say(language, prompts.TAKE_THE_CALL),
    )
    return voice_response((Gather(action, question), Hangup()))


@blueprint.post("/voice/team/screen/key")
def key() -> Response:
    """Connect the two with key 1, if the caller still waits."""
    if pressed_key() != "1" or field("ParentCallSid") not in ("", _call()):  # a key of another call
        return voice_response((Hangup(),))
    return _put_through()


@blueprint.post("/voice/team/answered")
def answered() -> Response:
    """Connect the two: an outside number has answered."""
    return _put_through()


def _put_through() -> Response:
    found, to, now, language = _call(), _to(), current().now(), language_in_query()

    def work(session: Session) -> tuple[Verb, ...]:
        if not found or live_calls.record_put_through(session, found, to, now):
            return ()
        return (say(language, prompts.CALLER_GONE), Hangup())

    return speak(work, ())


def _to() -> str:
    return request.args.get("to", "")[:LONGEST_TO]


def _call() -> str:
    found = request.args.get("call", "")
    return found if is_sid(found, CALL) else ""
