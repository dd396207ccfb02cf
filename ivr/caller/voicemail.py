"""The message: the prompts before the beep, the recording, and what follows it."""

from __future__ import annotations

from callbacks.db.states import Urgency
from callbacks.text.formats import spelled
from ivr import prompts
from ivr.caller.turns import LONGEST_CALLER, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Hangup, Pause, Record, Redirect, Say


def to_voicemail(step: Step, *why: Say) -> Reply:
    """Every prompt comes before the redirect, so a caller whose call reaches the beep has heard them all."""
    language = step.turn.language
    heard = (
        *why,
        say(language, prompts.LEAVE_A_MESSAGE_WAITING) if waits_for_unknown_opening(step) else _leave_a_message(step),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )
    return Reply((*heard, Redirect(step.to(Place.BEEP))), promises=True)


def _leave_a_message(step: Step) -> Say:
    return say(step.turn.language, prompts.LEAVE_A_MESSAGE, due=step.due)


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
    if waits_for_unknown_opening(step):
        return Reply((say(language, prompts.THANKS_WAITING), Hangup()))
    if step.turn.choices.named_at is not None:
        return Reply((say(language, prompts.THANKS_NAMED_TIME), called_between(step), Hangup()))
    if facts.now >= step.promise.due_at:
        return Reply((say(language, prompts.THANKS_LATE), Hangup()))
    if facts.reference is None:
        return Reply((say(language, prompts.THANKS, due=step.due), Hangup()))
    thanks = say(language, prompts.THANKS_WITH_REFERENCE, due=step.due, reference=spelled(facts.reference))
    return Reply((thanks, Pause(1), Hangup()))


def waits_for_unknown_opening(step: Step) -> bool:
    """Return whether the caller waits until the desk opens, and it is not known when: the database is away."""
    choices = step.turn.choices
    return choices.urgency is Urgency.CAN_WAIT and choices.named_at is None and step.promise.held_until is None


def called_between(step: Step) -> Say:
    """Return when the caller is called who has named a time."""
    promise = step.promise
    named, until = step.spoken(promise.counted_from), step.spoken(promise.due_at, promise.counted_from)
    return say(step.turn.language, prompts.CALLED_BETWEEN, named=named, until=until)
