"""The message: the prompts before the beep, the recording, and the thanks after it."""

from __future__ import annotations

from datetime import timedelta

from callbacks.db.states import Urgency
from callbacks.inbound.calls import SHORTEST_MESSAGE
from callbacks.inbound.screening import Admission
from callbacks.text.formats import spelled
from ivr import prompts
from ivr.caller import boxes, named_time, other_number, review, standing
from ivr.caller.turns import LONGEST_CALLER, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Hangup, Record, Redirect, Say

TRIES = 2

LONGEST_TRANSCRIBED = timedelta(minutes=2)


def to_voicemail(step: Step, *why: Say) -> Reply:
    """Go on to the message. A caller who cannot be called back is asked for a number first: they may hang up later."""
    if step.facts.number_is_usable or step.turn.choices.number:
        return leave_message(step, *why)
    return other_number.ask(step, *why, say(step.turn.language, prompts.NUMBER_NOT_SHOWN))


def leave_message(step: Step, *before: Say) -> Reply:
    """Every prompt comes before the redirect, so a caller whose call reaches the beep has heard them all."""
    language = step.turn.language
    heard = (
        *before,
        _invitation(step),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )
    return Reply((*heard, Redirect(step.to(Place.BEEP))), promises=True)


def _invitation(step: Step) -> Say:
    """Return the words that ask for the message, with the time of the call back."""
    language = step.turn.language
    if step.open_callback is not None:
        return say(language, prompts.ADD_A_MESSAGE)
    if _waits_for_unknown_opening(step):
        return say(language, prompts.LEAVE_A_MESSAGE_WAITING)
    return say(language, prompts.LEAVE_A_MESSAGE, due=step.due)


def beep(step: Step) -> Reply:
    """Record the message."""
    # Twilio goes on to the next verb only when nothing was recorded.
    nothing_recorded = Redirect(step.to(Place.RECORDED, nothing=1, **_tries(step)))
    return Reply((record(step), nothing_recorded), at_beep=True)


def record(step: Step) -> Record:
    """Return the verb that records the caller's message.

    The report on the recording has no fields about the call, which may not be on record yet, so its URL has them.
    """
    facts, limits = step.facts, step.desk.voicemail
    about = {**step.turn.choices.query, "line": facts.line, "caller": facts.caller[:LONGEST_CALLER]}
    # The carrier knows English only, and takes no longer message.
    is_transcribed = step.desk.transcript.by == "carrier" and step.turn.language == "en"
    longest = min(limits.longest, LONGEST_TRANSCRIBED) if is_transcribed else limits.longest
    return Record(
        step.to(Place.RECORDED, **_tries(step)),
        step.urls.to(VoicePath.RECORDING, **about),
        int(longest.total_seconds()),
        int(limits.silence.total_seconds()),
        step.urls.to(VoicePath.TRANSCRIPTION) if is_transcribed else "",
    )


def _tries(step: Step) -> dict[str, int]:
    return {"tries": step.turn.tries} if step.turn.tries > 1 else {}


def recorded(step: Step) -> Reply:
    """Ask once more for a message that is hardly one, which is kept all the same. Else thank the caller."""
    turn = step.turn
    if step.facts.admission in (Admission.BLOCKED, Admission.CANARY):  # nobody calls back
        return Reply((say(turn.language, prompts.GOODBYE), Hangup()))
    if (turn.seconds is None or turn.seconds < SHORTEST_MESSAGE) and turn.tries < TRIES:
        hint = say(turn.language, prompts.NOTHING_HEARD if turn.seconds is None else prompts.TOO_SHORT)
        return Reply((hint, Redirect(step.to(Place.BEEP, tries=turn.tries + 1))))
    return review.ask(step, _thanks(step))


def _thanks(step: Step) -> Say:
    """Return the thanks, with the reference and the time of the call back."""
    language, facts = step.turn.language, step.facts
    if step.turn.choices.box in step.desk.boxes:
        return boxes.thank(step)
    if step.turn.seconds is None and not (facts.number_is_usable or step.turn.choices.number):
        return say(language, prompts.NOTHING_TO_GO_BY)
    if step.open_callback is not None:
        return standing.thanks(step, step.open_callback)
    if _waits_for_unknown_opening(step):
        return say(language, prompts.THANKS_WAITING)
    if step.turn.choices.named_at is not None:
        return named_time.called_between(step)
    if facts.now >= step.promise.due_at:
        return say(language, prompts.THANKS_LATE)
    if facts.reference is None:
        return say(language, prompts.THANKS, due=step.due)
    return say(language, prompts.THANKS_WITH_REFERENCE, due=step.due, reference=spelled(facts.reference))


def _waits_for_unknown_opening(step: Step) -> bool:
    """Return whether the caller waits until the desk opens, and it is not known when: the database is away."""
    choices = step.turn.choices
    return choices.urgency is Urgency.CAN_WAIT and choices.named_at is None and step.promise.held_until is None
