"""The beginning of a call: the greeting, and the menu or the languages of the line."""

from __future__ import annotations

from dataclasses import replace

from callbacks.db.event_kinds import EventKind
from ivr import prompts
from ivr.caller import support
from ivr.caller.languages import offered
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import menu_choice, say
from ivr.twilio.verbs import Gather, Hangup, Redirect, Say

TRIES = 3
SECONDS_TO_CHOOSE_LANGUAGE = 2  # most callers of such a line need not choose


def greet(step: Step) -> Reply:
    """Answer the call."""
    line, language = step.desk.lines[step.facts.line], step.turn.language
    greeting = say(language, prompts.GREETING, company=step.desk.company.name[language])
    if not line.menu:
        reply = support.to_support(step)
        return replace(reply, verbs=(_offer_languages(step, greeting), *reply.verbs))
    return Reply((_ask(step, greeting), Redirect(step.to(Place.MENU, tries=1))))


def go_on(step: Step, *before: Say) -> Reply:
    """Go on with a call whose caller has heard the greeting, and the languages of a line without a menu."""
    if step.desk.lines[step.facts.line].menu:
        return Reply((_ask(step, *before),))
    reply = support.to_support(step)
    return replace(reply, verbs=(*before, *reply.verbs))


def _offer_languages(step: Step, greeting: Say) -> Say | Gather:
    """Return the greeting, with the line's other languages. Without a key, what follows in the document is heard."""
    line = step.desk.lines[step.facts.line]
    if not line.languages:
        return greeting
    languages = offered(line.languages, step.turn.language)
    choices = [menu_choice(step.turn.language, choice, key) for key, choice in languages.items()]
    action = step.to(Place.LANGUAGE)
    return Gather(action, (greeting, *choices), SECONDS_TO_CHOOSE_LANGUAGE, even_without_key=False)


def in_chosen_language(step: Step) -> Reply:
    """Go on to support, in another language if its key was pressed. No key is wrong: the caller is not asked again."""
    match offered(step.desk.lines[step.facts.line].languages, step.turn.heard).get(step.turn.digits):
        case "english":
            return replace(support.to_support(step.choosing(language="en")), chose=EventKind.MENU_ENGLISH)
        case "french":
            return replace(support.to_support(step.choosing(language="fr")), chose=EventKind.MENU_FRENCH)
    return support.to_support(step)


def after_key(step: Step) -> Reply:
    """Go where the key leads that was pressed in the line's menu."""
    match offered(step.desk.lines[step.facts.line].menu, step.turn.heard).get(step.turn.digits):
        case "support":
            return replace(support.to_support(step), chose=EventKind.MENU_SUPPORT)
        case "english":
            return Reply((_ask(step.choosing(language="en")),), chose=EventKind.MENU_ENGLISH)
        case "french":
            return Reply((_ask(step.choosing(language="fr")),), chose=EventKind.MENU_FRENCH)
        case None:
            return _no_choice(step)


def _no_choice(step: Step) -> Reply:
    turn, line = step.turn, step.desk.lines[step.facts.line]
    if turn.tries < TRIES:
        hint = say(turn.language, prompts.NOT_A_CHOICE if turn.digits else prompts.NO_KEY)
        return Reply((_ask(step, hint, tries=turn.tries + 1),))
    if line.menu_exit == "goodbye":
        return Reply((say(turn.language, prompts.GOODBYE), Hangup()), chose=EventKind.MENU_NO_CHOICE_GOODBYE)
    return replace(support.to_support(step), chose=EventKind.MENU_NO_CHOICE_SUPPORT)


def _ask(step: Step, *before: Say, tries: int = 1) -> Gather:
    menu = offered(step.desk.lines[step.facts.line].menu, step.turn.language)
    choices = [menu_choice(step.turn.language, choice, key) for key, choice in menu.items()]
    return Gather(step.to(Place.MENU, tries=tries), (*before, *choices))
