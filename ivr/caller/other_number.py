"""Another number to call, entered by key and read back. Only a confirmed number is called."""

from __future__ import annotations

from dataclasses import replace

from callbacks.text.dialing_rules import NumberKind
from ivr import prompts
from ivr.caller.turns import GoOn, Place, Reply, Step
from ivr.prompts import number_in_prompt, say
from ivr.twilio.verbs import Gather, Say

TRIES = 3
MOST_KEYS = 16
SECONDS_BETWEEN_KEYS = 8


def ask(step: Step, *before: Say, tries: int = 1) -> Reply:
    """Ask for a number."""
    question = (*before, say(step.turn.language, prompts.ENTER_NUMBER))
    action = step.to(Place.NUMBER, tries=tries, **_where(step))
    return Reply((Gather(action, question, SECONDS_BETWEEN_KEYS, keys=MOST_KEYS, finish_on_key="#"),))


def entered(step: Step, go_on: GoOn) -> Reply:
    """Read the number back. One that the desk would not call without a supervisor is asked for again."""
    if not step.turn.digits:
        return go_on(step)
    check = step.desk.dialing_rules.check_written(step.turn.digits)
    if check.number is None or check.kind is not NumberKind.ORDINARY:
        return _again(step, go_on, say(step.turn.language, prompts.NUMBER_NOT_CALLED))
    return _read_back(step, check.number)


def _read_back(step: Step, number: str, *before: Say) -> Reply:
    language, turn = step.turn.language, step.turn
    question = say(language, prompts.NUMBER_READ_BACK, number=number_in_prompt(language, number))
    action = step.to(Place.NUMBER_READ_BACK, tries=turn.tries, entered=number, **_where(step))
    return Reply((Gather(action, (*before, question)),))


def confirmed(step: Step, go_on: GoOn) -> Reply:
    """Go on with the number if it was confirmed. Without a key it is read back again."""
    turn, language = step.turn, step.turn.language
    check = step.desk.dialing_rules.check_written(turn.entered)
    if turn.digits == "1" and check.number is not None and check.kind is NumberKind.ORDINARY:
        chosen = step.choosing(number=check.number)
        reply = go_on(chosen, say(language, prompts.NUMBER_SAVED))
        return replace(reply, choices=chosen.turn.choices)
    if turn.digits or check.number is None:
        return _again(step, go_on)
    if turn.tries >= TRIES:
        return go_on(step)
    return _read_back(replace(step, turn=replace(turn, tries=turn.tries + 1)), check.number)


def _again(step: Step, go_on: GoOn, *before: Say) -> Reply:
    if step.turn.tries >= TRIES:
        return go_on(step, *before)
    return ask(step, *before, tries=step.turn.tries + 1)


def _where(step: Step) -> dict[str, int]:
    """Return the part of a URL that says whether the message came before."""
    has_recorded = step.turn.has_recorded or step.turn.place is Place.REVIEW
    return {"recorded": 1} if has_recorded else {}
