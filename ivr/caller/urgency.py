"""While the desk is closed: why nobody answers, and how urgent it is."""

from __future__ import annotations

from callbacks.db.states import Urgency
from callbacks.desk.menus import MANAGER_KEY
from ivr import prompts
from ivr.caller import voicemail
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import example, say
from ivr.twilio.verbs import Gather, Say

SECONDS_TO_CHOOSE = 4  # most callers stay on the line
DOWN, CAN_WAIT, MANAGER = "1", "2", MANAGER_KEY


def ask(step: Step, *before: Say) -> Reply:
    """Ask how urgent it is. A manager can be asked for, once."""
    return Reply((Gather(step.to(Place.URGENCY), (*before, *_question(step)), SECONDS_TO_CHOOSE),))


def _question(step: Step) -> tuple[Say, ...]:
    language, question = step.turn.language, step.desk.urgency
    manager = () if step.turn.choices.wants_manager else (say(language, prompts.PRESS_FOR_MANAGER, key=MANAGER),)
    if not question.ask:
        return manager
    return (
        say(language, prompts.PRESS_IF_DOWN, examples=example(language, question.down), key=DOWN),
        say(language, prompts.PRESS_IF_IT_CAN_WAIT, examples=example(language, question.can_wait), key=CAN_WAIT),
        *manager,
        say(language, prompts.STAY_ON_THE_LINE),
    )


def after_key(step: Step) -> Reply:
    """Go on to the message with what was chosen. Any other key, or none, leaves the priority to the line."""
    turn, language = step.turn, step.turn.language
    if turn.digits == MANAGER and not turn.choices.wants_manager:
        return ask_with_manager(step)
    if not step.desk.urgency.ask:
        return voicemail.to_voicemail(step)
    if turn.digits == DOWN:
        return _to_voicemail(step.choosing(urgency=Urgency.DOWN), say(language, prompts.NOTED_DOWN))
    if turn.digits == CAN_WAIT:
        return _to_voicemail(step.choosing(urgency=Urgency.CAN_WAIT))
    return voicemail.to_voicemail(step)


def ask_with_manager(step: Step, *before: Say) -> Reply:
    """Promise that a manager hears of it, and ask how urgent it is."""
    asking = step.choosing(wants_manager=True)
    heard = (*before, say(step.turn.language, prompts.MANAGER_NOTED))
    if not step.desk.urgency.ask:
        return _to_voicemail(asking, *heard)
    return Reply((*heard, *ask(asking).verbs), choices=asking.turn.choices, promises=True)


def _to_voicemail(step: Step, *before: Say) -> Reply:
    heard = voicemail.to_voicemail(step, *before)
    return Reply(heard.verbs, choices=step.turn.choices, promises=heard.promises)
