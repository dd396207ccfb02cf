"""The message: the prompts before the beep, the recording, and what follows it."""

from __future__ import annotations

from callbacks.text.formats import spelled
from ivr import prompts
from ivr.caller import standing
from ivr.caller.turns import LONGEST_CALLER, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Hangup, Pause, Record, Redirect, Say


def to_voicemail(step: Step, *why: Say) -> Reply:
    """Every prompt comes before the redirect, so a caller whose call reaches the beep has heard them all."""
    language = step.turn.language
    is_added = step.open_callback is not None
    heard = (
        *why,
        say(language, prompts.ADD_A_MESSAGE) if is_added else say(language, prompts.LEAVE_A_MESSAGE, due=step.due),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )
    return Reply((*heard, Redirect(step.to(Place.BEEP))), promises=True)


def beep(step: Step) -> Reply:
    """Record the message."""
    # Twilio goes on to the next verb only when nothing was recorded.
    nothing_recorded = Redirect(step.to(Place.RECORDED, nothing=1))
    return Reply((record(step), nothing_recorded), at_beep=True)


def record(step: Step) -> Record:
    """Return the verb that records the caller's message.

    The report on the recording has no fields about the call, which may not be on record yet, so its URL has them.
    """
    facts, limits = step.facts, step.desk.voicemail
    about = {**step.turn.choices.query, "line": facts.line, "caller": facts.caller[:LONGEST_CALLER]}
    return Record(
        step.to(Place.RECORDED),
        step.urls.to(VoicePath.RECORDING, **about),
        int(limits.longest.total_seconds()),
        int(limits.silence.total_seconds()),
    )


def recorded(step: Step) -> Reply:
    """Thank the caller, with the reference and the time of the call back."""
    language, facts = step.turn.language, step.facts
    if step.open_callback is not None:
        return Reply((standing.thanks(step, step.open_callback), Pause(1), Hangup()))
    if facts.now >= facts.began_at + step.desk.callback.promise:
        return Reply((say(language, prompts.THANKS_LATE), Hangup()))
    if facts.reference is None:
        return Reply((say(language, prompts.THANKS, due=step.due), Hangup()))
    thanks = say(language, prompts.THANKS_WITH_REFERENCE, due=step.due, reference=spelled(facts.reference))
    return Reply((thanks, Pause(1), Hangup()))
