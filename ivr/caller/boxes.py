"""A message into another voicemail box than that of support. It promises no call at a time."""

from __future__ import annotations

from ivr import prompts
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.verbs import Redirect, Say


def to_box(step: Step, box: str) -> Reply:
    """Every prompt comes before the redirect, so a caller whose call reaches the beep has heard them all."""
    chosen = step.choosing(box=box)
    language = chosen.turn.language
    heard = (
        say(language, prompts.LEAVE_A_MESSAGE_IN_BOX, box=step.desk.box_name(box).for_(language)),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )
    return Reply((*heard, Redirect(chosen.to(Place.BEEP))), choices=chosen.turn.choices)


def thank(step: Step) -> Say:
    """Return the thanks for a message in a box."""
    return say(step.turn.language, prompts.THANKS_BOX)
