"""Before the menu: what is announced on the line, and a text to the caller when it is over, by key.

Without a database nothing is announced, and the call goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callbacks.db.event_kinds import EventKind
from callbacks.desk.desk_file import Language
from callbacks.desk.menus import Leads
from callbacks.text.bilingual import Words
from ivr import prompts
from ivr.caller import menus
from ivr.caller.languages import NAMES
from ivr.caller.languages import offered as keys_offered
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import menu_choice, say
from ivr.twilio.verbs import Gather, Say

TELL_ME, GO_ON = "1", "2"
SECONDS_TO_CHOOSE = 3
CHOSE: Mapping[Language, EventKind] = {"en": EventKind.MENU_ENGLISH, "fr": EventKind.MENU_FRENCH}


def greet(step: Step) -> Reply:
    """Answer the call: with what is announced on the line, or with the menu."""
    return _announce(step, with_languages=True) if step.facts.announcements else menus.greet(step)


def after_key(step: Step) -> Reply:
    """Do what was asked for by key, and go on with the call. A key without a meaning goes on too, and so does none."""
    languages = _languages(step, step.turn.heard)
    language = languages.get(step.turn.digits)
    if language is not None and step.facts.announcements:
        reply = _announce(step.choosing(language=language), with_languages=False)
        return replace(reply, chose=CHOSE[language])
    if step.turn.digits != TELL_ME:
        return menus.go_on(step, offers_languages=not languages)
    reply = menus.go_on(step, say(step.turn.language, _answer(step)), offers_languages=not languages)
    return replace(reply, waits_for=_waits_for(step))


def _announce(step: Step, *, with_languages: bool) -> Reply:
    language, company = step.turn.language, step.desk.company.name
    announced = [
        say(language, prompts.ANNOUNCEMENT, text=each.words.for_(language)) for each in step.facts.announcements or ()
    ]
    offered = [
        menu_choice(language, Leads.FRENCH if other == "fr" else Leads.ENGLISH, key)
        for key, other in _languages(step, language).items()
        if with_languages
    ]
    heard: tuple[Say, ...] = (
        *([say(language, prompts.GREETING, company=company[language])] if with_languages else []),
        *offered,
        *announced,
        *([say(language, prompts.TOLD_WHEN_OVER, key=TELL_ME)] if _is_texted(step) else []),
        say(language, prompts.GO_ON, key=GO_ON),
    )
    return Reply((Gather(step.to(Place.ANNOUNCEMENT), heard, SECONDS_TO_CHOOSE),))


def _languages(step: Step, heard: Language) -> Mapping[str, Language]:
    """Return the keys that change the language for a caller who hears one, but for those that mean something else."""
    line, menu = step.desk.lines[step.facts.line], step.desk.menu_of(step.facts.line)
    spoken: Mapping[str, Language] = {name: language for language, name in NAMES.items()}
    keys = menu.keys if menu is not None else {}
    choices = {**{key: choice.to.leads.value for key, choice in keys.items()}, **line.languages}
    free = {key: to for key, to in choices.items() if to in spoken and key not in (TELL_ME, GO_ON)}
    return {key: spoken[to] for key, to in keys_offered(free, heard).items()}


def _answer(step: Step) -> Words:
    if step.facts.announcements is None:
        return prompts.NOT_NOTED
    if not step.facts.announcements:
        return prompts.OVER_ALREADY
    return prompts.WILL_BE_TOLD if _is_texted(step) else prompts.CANNOT_BE_TOLD


def _waits_for(step: Step) -> tuple[int, ...]:
    return tuple(each.number for each in step.facts.announcements or ()) if _is_texted(step) else ()


def _is_texted(step: Step) -> bool:
    facts = step.facts
    return not facts.is_perhaps_forged and step.desk.dialing_rules.mobile_number(facts.caller) is not None
