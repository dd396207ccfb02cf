"""The very beginning of a call: whether the caller is let in, is asked for a key, or only leaves a message."""

from __future__ import annotations

from dataclasses import replace

from callbacks.db.states import Screening
from callbacks.inbound.screening import Admission
from ivr import prompts
from ivr.caller import announcement, voicemail
from ivr.caller.languages import other
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.verbs import Gather, Redirect

TRIES = 2


def answer(step: Step) -> Reply:
    """Answer the call."""
    language = step.turn.language
    match step.facts.admission:
        case Admission.LET_IN:
            return announcement.greet(step)
        case Admission.ASK_FOR_KEY:
            return _ask(step)
        case Admission.CAPPED:
            reply = voicemail.to_voicemail(step, say(language, prompts.CALLED_OFTEN))
            return replace(reply, screening=Screening.CAPPED)
        case Admission.CANARY:
            return Reply((Redirect(step.to(Place.BEEP)),))
        case Admission.BLOCKED:
            heard = (say(language, prompts.BLOCKED), say(language, prompts.RECORDING_NOTICE))
            return Reply((*heard, Redirect(step.to(Place.BEEP))), screening=Screening.BLOCKED)


def _ask(step: Step, tries: int = 1) -> Reply:
    """Ask for any key. The caller has not chosen a language yet, so both are heard."""
    first = step.turn.language
    question = tuple(say(language, prompts.PRESS_TO_GO_ON) for language in (first, other(first)))
    return Reply((Gather(step.to(Place.ADMISSION, tries=tries), question),))


def after_key(step: Step) -> Reply:
    """Go on after any key. A caller who presses none may still leave a message."""
    if step.turn.digits:
        return replace(announcement.greet(step), screening=Screening.KEY_PRESSED)
    if step.turn.tries < TRIES:
        return _ask(step, step.turn.tries + 1)
    reply = voicemail.to_voicemail(step, say(step.turn.language, prompts.NO_KEY))
    return replace(reply, screening=Screening.NO_KEY)
