"""The message: the prompts before the beep, the recording, and the thanks after it."""

from __future__ import annotations

from callbacks.inbound.calls import SHORTEST_MESSAGE
from callbacks.text.formats import spelled
from ivr import prompts
from ivr.caller import other_number, review
from ivr.caller.turns import LONGEST_CALLER, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Record, Redirect, Say

TRIES = 2


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
        say(language, prompts.LEAVE_A_MESSAGE, due=step.due),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )
    return Reply((*heard, Redirect(step.to(Place.BEEP))), promises=True)


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
    return Record(
        step.to(Place.RECORDED, **_tries(step)),
        step.urls.to(VoicePath.RECORDING, **about),
        int(limits.longest.total_seconds()),
        int(limits.silence.total_seconds()),
    )


def _tries(step: Step) -> dict[str, int]:
    return {"tries": step.turn.tries} if step.turn.tries > 1 else {}


def recorded(step: Step) -> Reply:
    """Ask once more for a message that is hardly one, which is kept all the same. Else thank the caller."""
    turn = step.turn
    if (turn.seconds is None or turn.seconds < SHORTEST_MESSAGE) and turn.tries < TRIES:
        hint = prompts.NOTHING_HEARD if turn.seconds is None else prompts.TOO_SHORT
        return Reply((say(turn.language, hint), Redirect(step.to(Place.BEEP, tries=turn.tries + 1))))
    return review.ask(step, _thanks(step))


def _thanks(step: Step) -> Say:
    """Return the thanks, with the reference and the time of the call back."""
    language, facts = step.turn.language, step.facts
    if facts.now >= facts.began_at + step.desk.callback.promise:
        return say(language, prompts.THANKS_LATE)
    if facts.reference is None:
        return say(language, prompts.THANKS, due=step.due)
    return say(language, prompts.THANKS_WITH_REFERENCE, due=step.due, reference=spelled(facts.reference))
