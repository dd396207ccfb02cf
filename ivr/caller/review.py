"""After the message, which is already sent: hear it, record it again, or leave another number."""

from __future__ import annotations

from dataclasses import replace

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
    manager = () if wants_manager else (say(language, prompts.PRESS_FOR_MANAGER, key="0"),)
    name_time = say(language, prompts.PRESS_TO_NAME_TIME, key="5")
    question = (*before, say(language, prompts.REVIEW_MENU), name_time, *manager)
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
        case "5":
            return named_time.ask(step)
        case "0" if not step.turn.choices.wants_manager:
            chosen = step.choosing(wants_manager=True)
            return replace(ask(chosen, say(language, prompts.MANAGER_NOTED)), choices=chosen.turn.choices)
        case "" | "1" | "#":
            return Reply((say(language, prompts.GOODBYE), Hangup()))
    if step.turn.tries >= TRIES:
        return Reply((say(language, prompts.GOODBYE), Hangup()))
    return ask(step, say(language, prompts.NOT_A_CHOICE), tries=step.turn.tries + 1)


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
