"""What a technician hears before a live call is connected: who is calling, and the key that takes the call.

A private voicemail picks up too, so a key is needed.
"""

from __future__ import annotations

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.db.tables import Technician
from callbacks.inbound import live_calls
from callbacks.text.formats import spelled
from callbacks.text.sids import CALL, is_sid
from ivr import prompts
from ivr.prompts import number_in_prompt, say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.context import current
from ivr.twilio.verbs import Gather, Hangup, Verb
from ivr.twilio.webhook import (
    field,
    language_in_query,
    number_in_query,
    pressed_key,
    signed_blueprint,
    speak,
    voice_response,
)

LONGEST_LINE_NAME, LONGEST_CALLER, LONGEST_REFERENCE = 40, 64, 12


def say_goodbye() -> Response:
    return voice_response((say(language_in_query(), prompts.GOODBYE), Hangup()))


blueprint = signed_blueprint("screen", __name__, say_goodbye)


@blueprint.post("/voice/screen")
def screen() -> Response:
    """Ask for a key. The carrier connects the two when this document ends without a Hangup."""
    language = language_in_query()
    line = current().desk.line_name(request.args.get("line", "")[:LONGEST_LINE_NAME]).for_(language)
    check = current().desk.dialing_rules.check(request.args.get("caller", "")[:LONGEST_CALLER])
    caller = number_in_prompt(language, check.number, otherwise=prompts.without_number(check.kind))
    action = current().urls.to(
        VoicePath.SCREEN_KEY, call=_call_in_query(), technician=number_in_query("technician"), lang=language
    )
    about = request.args.get("about", "")[:LONGEST_REFERENCE]
    question = (
        say(language, prompts.SUPPORT_CALL, line=line, caller=caller),
        *([say(language, prompts.ABOUT_CALLBACK, reference=spelled(about))] if about else []),
        say(language, prompts.TAKE_THE_CALL),
    )
    return voice_response((Gather(action, question), Hangup()))


@blueprint.post("/voice/screen/key")
def screen_key() -> Response:
    """Connect the two after key 1, even while the database is unavailable. Not when the caller waits no longer."""
    if pressed_key() != "1" or field("ParentCallSid") not in ("", _call_in_query()):  # a key of another call
        return voice_response((Hangup(),))
    now, call_sid, technician_id = current().now(), _call_in_query(), number_in_query("technician")
    language = language_in_query()

    def work(session: Session) -> tuple[Verb, ...]:
        technician = session.get(Technician, technician_id)
        if technician is None or not call_sid or live_calls.record_answer(session, call_sid, technician, now):
            return ()
        return (say(language, prompts.CALLER_GONE), Hangup())

    return speak(work, ())


def _call_in_query() -> str:
    found = request.args.get("call", "")
    return found if is_sid(found, CALL) else ""
