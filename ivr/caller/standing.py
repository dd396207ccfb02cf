"""How the open callback of a caller stands, as they hear it: who has it, by when, or that we are late."""

from __future__ import annotations

from callbacks.text.formats import spelled
from ivr import prompts
from ivr.caller.turns import OpenCallback, Step
from ivr.prompts import say
from ivr.twilio.verbs import Say


def tell(step: Step, callback: OpenCallback) -> tuple[Say, ...]:
    """Return the reference, and how the callback stands."""
    language = step.turn.language
    reference = say(language, prompts.YOUR_CALLBACK, reference=spelled(callback.reference))
    return (reference, _standing(step, callback))


def _standing(step: Step, callback: OpenCallback) -> Say:
    language = step.turn.language
    if callback.tried_at is not None:
        at = step.spoken_at(callback.tried_at)
        return say(language, prompts.BEING_WORKED_ON if callback.is_reached else prompts.WE_TRIED, tried=at)
    due = step.spoken_time(callback.due_at)
    if step.facts.now >= callback.due_at:
        return say(language, prompts.WE_ARE_LATE, due=due)
    if callback.is_escalating:
        return say(language, prompts.ESCALATED, due=due)
    if callback.has_owner:
        return say(language, prompts.OWNER_WILL_CALL, due=due)
    return say(language, prompts.WILL_CALL_LATER if callback.is_held else prompts.SOMEBODY_WILL_CALL, due=due)


def thanks(step: Step, callback: OpenCallback) -> Say:
    """Return the thanks for a message that was added, with the time of the call back where one is still promised."""
    language, reference = step.turn.language, spelled(callback.reference)
    due_at = callback.due_with_message or callback.due_at
    if callback.tried_at is not None or step.facts.now >= due_at:
        return say(language, prompts.THANKS_AGAIN_SOON, reference=reference)
    return say(language, prompts.THANKS_AGAIN, reference=reference, due=step.spoken_time(due_at))
