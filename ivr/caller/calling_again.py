"""A caller whose number has an open callback: how it stands, and what they can do about it."""

from __future__ import annotations

from dataclasses import replace

from callbacks.desk.menus import MANAGER_KEY
from ivr import prompts
from ivr.caller import ringing, standing, voicemail
from ivr.caller.turns import OpenCallback, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.verbs import Gather, Say

ADD_A_MESSAGE, SPEAK_WITH_OWNER, SOMETHING_ELSE, MANAGER = "1", "2", "3", MANAGER_KEY


def tell_standing(step: Step, callback: OpenCallback) -> Reply:
    """Say how the callback stands, and ask what the caller wants."""
    question = Gather(step.to(Place.AGAIN), (*standing.tell(step, callback), *_choices(step, callback)))
    return Reply((question,), tells_standing=True)


def _choices(step: Step, callback: OpenCallback) -> tuple[Say, ...]:
    language, is_staffed = step.turn.language, step.facts.is_staffed
    return (
        say(language, prompts.TO_ADD_A_MESSAGE),
        *([say(language, prompts.FOR_THE_OWNER)] if callback.owner is not None else []),
        say(language, prompts.FOR_SOMETHING_ELSE),
        say(language, prompts.FOR_A_MANAGER),
        *([say(language, prompts.OR_STAY)] if is_staffed else []),
    )


def ask_for_manager(step: Step) -> Reply:
    """Record that the caller asks for a manager, and go on to the message."""
    asking = step.choosing(wants_manager=True)
    reply = voicemail.to_voicemail(asking, say(step.turn.language, prompts.MANAGER_WANTED))
    return replace(reply, choices=asking.turn.choices)


def ring_owner(step: Step, callback: OpenCallback) -> Reply:
    """Have the caller wait while the owner is rung, or go on to the message if it may not be rung any more."""
    if callback.owner is None:
        return voicemail.to_voicemail(step, say(step.turn.language, prompts.OWNER_DOES_NOT_ANSWER))
    return ringing.begin_for(step, callback.owner)
