"""The verbs: what each makes the phone hear, what it waits for, and where the call goes on.

A verb gives the request for the next document, or None when the verb after it is to be performed.
Each is described at twilio.com/docs/voice/twiml/ under its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from ivr.simulator.calls import LiveCall
from ivr.simulator.dialing import dial
from ivr.simulator.program import Answer, ApplicationError, CallOver, Media, Program, Request
from ivr.simulator.recording import record
from ivr.simulator.sound import NotSound, Sound
from ivr.simulator.twiml import Verb
from ivr.simulator.waiting import hold, key_within

CHARACTERS_A_SECOND = 15
LONGEST_SAY = 4096
SOUND_OF_UNKNOWN_LENGTH = timedelta(seconds=5)  # an MP3, say
MOST_LOOPS = 1000  # loop="0" is for ever; Twilio stops at a thousand

Next = Program[Request | None]


def sound_out(call: LiveCall, verb: Verb) -> Next:
    """Say, Play, Pause: heard to the end; keys pressed meanwhile go unheeded."""
    for _ in range(_loops(verb)):
        yield from hold(call, (yield from _begin_sound(call, verb)))
    return None


def gather(call: LiveCall, verb: Verb) -> Next:
    """Collect keys. The first one stops what is playing; silence falls to the next verb, unless it is asked to tell."""
    key = yield from _first_key(call, verb)
    digits, finished_by = yield from _collect(call, verb, key)
    if not digits and not verb.says("actionOnEmptyResult"):
        return None
    params = {"Digits": digits, "msg": "Gather End"}
    if finished_by:
        params["FinishedOnKey"] = finished_by
    return Request(call.absolute(verb.get("action")), method=verb.get("method", "POST"), params=params)


def _first_key(call: LiveCall, verb: Verb) -> Program[str | None]:
    for child in verb.children:
        for _ in range(_loops(child)):
            span = yield from _begin_sound(call, child)
            key = yield from key_within(call, span)
            if key is not None:
                return key
    return None


def _collect(call: LiveCall, verb: Verb, key: str | None) -> Program[tuple[str, str]]:
    """Give the keys without the finishing one, and the finishing one."""
    finish, wanted = verb.get("finishOnKey", "#"), verb.whole("numDigits", 0)
    patience, digits = timedelta(seconds=verb.whole("timeout", 5)), ""
    while True:
        if key is None:
            key = yield from key_within(call, patience)
        if key is None:
            return digits, ""
        if key == finish:
            return digits, key
        digits, key = digits + key, None
        if len(digits) == wanted:
            return digits, ""


def redirect(call: LiveCall, verb: Verb) -> Next:
    yield from ()
    return Request(call.absolute(verb.text), "voice", method=verb.get("method", "POST"))


def reject(call: LiveCall, verb: Verb) -> Next:
    """First in the first document it leaves the call unanswered and unbilled; anywhere else it just hangs up."""
    yield from ()
    if call.is_answered:
        raise CallOver
    raise CallOver("busy" if verb.get("reason") == "busy" else "no-answer")


def hang_up(call: LiveCall, verb: Verb) -> Next:
    yield from ()
    raise CallOver


def _begin_sound(call: LiveCall, verb: Verb) -> Program[timedelta]:
    """Let the phone hear it, and give how long it lasts."""
    match verb.name:
        case "Say":
            return _words(call, verb)
        case "Pause":
            call.hears("silence")
            return timedelta(seconds=verb.whole("length", 1))
    if tones := verb.get("digits"):
        call.hears("tone", tones)
        return timedelta(milliseconds=500 * len(tones))
    url = call.absolute(verb.text)
    answer: Answer = yield Media(url)
    if answer.status not in range(200, 300):
        said = f"HTTP {answer.status}" if answer.status else answer.fault
        raise ApplicationError(11200, f"What <Play> should play cannot be had: {said}.", url)
    call.hears("play", url)
    return _length(answer)


def _words(call: LiveCall, verb: Verb) -> timedelta:
    """The text is heard when it begins. Empty or too long, it is skipped with a complaint (13520)."""
    if not 0 < len(verb.text) <= LONGEST_SAY:
        call.complain(ApplicationError(13520, f"<Say> has {len(verb.text)} characters; it takes 1 to {LONGEST_SAY}."))
        return timedelta(0)
    call.hears("say", verb.text, verb.get("language"), verb.get("voice"))
    return timedelta(seconds=len(verb.text) / CHARACTERS_A_SECOND)


def _length(answer: Answer) -> timedelta:
    try:
        return Sound.from_wav(answer.body).lasts
    except NotSound:
        return SOUND_OF_UNKNOWN_LENGTH


def _loops(verb: Verb) -> int:
    return verb.whole("loop", 1) or MOST_LOOPS


VERBS: Mapping[str, Callable[[LiveCall, Verb], Next]] = {
    "Say": sound_out,
    "Play": sound_out,
    "Pause": sound_out,
    "Gather": gather,
    "Record": record,
    "Dial": dial,
    "Redirect": redirect,
    "Reject": reject,
    "Hangup": hang_up,
}


def answers(verb: Verb) -> bool:
    """Say whether this verb answers a call that still rings."""
    if verb.name == "Dial":
        return not verb.says("answerOnBridge")
    return verb.name not in ("Reject", "Pause")
