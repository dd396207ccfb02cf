"""After the message, which is already sent: hear it, record it again, or leave another number."""

from __future__ import annotations

from dataclasses import replace

from callbacks.desk import menus
from ivr import prompts
from ivr.caller import named_time, other_number
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.verbs import Gather, Hangup, Pause, Play, Redirect, Say

TRIES = 3
SECONDS_BETWEEN_LOOKS = 3  # a worker copies the recording within seconds


def ask(step: Step, *before: Say | Play, tries: int = 1) -> Reply:
    """Ask what else the caller wants. Without a key the call ends."""
    language, wants_manager = step.turn.language, step.turn.choices.wants_manager
    question = (*before, say(language, prompts.REVIEW_MENU))
    if _is_for_support(step):
        manager = () if wants_manager else (say(language, prompts.PRESS_FOR_MANAGER, key=menus.MANAGER_KEY),)
        question = (*question, say(language, prompts.PRESS_TO_NAME_TIME, key="5"), *manager)
    return Reply((Gather(step.to(Place.REVIEW, tries=tries), question),))


def after_key(step: Step) -> Reply:
    """Do what the key says. A caller who hangs up instead has lost nothing."""
    language = step.turn.language
    match step.turn.digits:
        case "2":
            return listen(step)
        case "3":
            again = Redirect(step.to(Place.BEEP, tries=2))  # however short it is, it is not asked for once more
            return Reply((say(language, prompts.RECORD_AGAIN), again))
        case "4":
            return other_number.ask(step)
        case "5" if _is_for_support(step):
            return named_time.ask(step)
        case menus.MANAGER_KEY if _is_for_support(step) and not step.turn.choices.wants_manager:
            chosen = step.choosing(wants_manager=True)
            return replace(ask(chosen, say(language, prompts.MANAGER_NOTED)), choices=chosen.turn.choices)
        case "" | "1" | "#":
            return Reply((say(language, prompts.GOODBYE), Hangup()))
    if step.turn.tries >= TRIES:
        return Reply((say(language, prompts.GOODBYE), Hangup()))
    return ask(step, say(language, prompts.NOT_A_CHOICE), tries=step.turn.tries + 1)


def _is_for_support(step: Step) -> bool:
    """Return whether a callback is owed. A message in another box promises no call at a time, nor a manager."""
    return step.turn.choices.box not in step.desk.boxes


def listen(step: Step) -> Reply:
    """Play the message, once the desk has it."""
    turn, language = step.turn, step.turn.language
    if step.facts.message_url is not None:
        return ask(step, Play(step.facts.message_url))
    if turn.place is not Place.LISTEN or turn.tries < TRIES:
        tries = turn.tries + 1 if turn.place is Place.LISTEN else 1
        look_again = Redirect(step.to(Place.LISTEN, tries=tries))
        return Reply((say(language, prompts.ONE_MOMENT), Pause(SECONDS_BETWEEN_LOOKS), look_again))
    return ask(step, say(language, prompts.CANNOT_PLAY_YET))
