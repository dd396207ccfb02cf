"""The beginning of a call: the greeting, then the menus of the line or its languages.

A caller's way through the menus is in the URL, as the names of the menus that they came through. "Back" goes along it.
What is offered at some hours only is decided by when the call began, so that a key works as long as it was spoken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callbacks.db.event_kinds import EventKind
from callbacks.desk.desk_file import Language
from callbacks.desk.menus import SUPPORT_BOX, Choice, Destination, Leads, Menu, Spoken
from ivr import prompts
from ivr.caller import boxes, support, teams, voicemail
from ivr.caller.languages import offered
from ivr.caller.turns import Place, Reply, Step
from ivr.prompts import menu_choice, say, with_star
from ivr.twilio.verbs import Gather, Hangup, Play, Redirect, Say

TRIES = 3
SECONDS_TO_CHOOSE_LANGUAGE = 2  # most callers of such a line need not choose
LONGEST_WAY = 8  # menus to go back to; a longer way would not fit into a URL

CHOSEN = {
    Leads.SUPPORT: EventKind.MENU_SUPPORT,
    Leads.ENGLISH: EventKind.MENU_ENGLISH,
    Leads.FRENCH: EventKind.MENU_FRENCH,
}
GAVE_UP = {
    Leads.SUPPORT: EventKind.MENU_NO_CHOICE_SUPPORT,
    Leads.GOODBYE: EventKind.MENU_NO_CHOICE_GOODBYE,
}

Heard = tuple[Say | Play, ...]


def greet(step: Step) -> Reply:
    """Answer the call."""
    line, language = step.desk.lines[step.facts.line], step.turn.language
    greeting = say(language, prompts.GREETING, company=step.desk.company.name[language])
    if step.desk.menu_of(step.facts.line) is None:
        reply = support.to_support(step)
        first = _offer_languages(step, greeting) if step.desk.lines[step.facts.line].languages else greeting
        return replace(reply, verbs=(first, *reply.verbs))
    way = (line.named_menu,) if line.named_menu else ()
    return _enter(step.at(way=way), (greeting,))


def go_on(step: Step, *before: Say, offers_languages: bool) -> Reply:
    """Go on with a call whose caller has heard the greeting; on a line without a menu, perhaps not its languages."""
    line = step.desk.lines[step.facts.line]
    if step.desk.menu_of(step.facts.line) is not None:
        return _enter(step.at(way=(line.named_menu,) if line.named_menu else ()), before)
    reply = support.to_support(step)
    heard = (_offer_languages(step, *before),) if offers_languages and line.languages else before
    return replace(reply, verbs=(*heard, *reply.verbs))


def _offer_languages(step: Step, *before: Say) -> Gather:
    """Return the other languages of a line, after some prompts. Without a key, what follows is heard."""
    line = step.desk.lines[step.facts.line]
    languages = offered(line.languages, step.turn.language)
    choices = [menu_choice(step.turn.language, Leads(choice), key) for key, choice in languages.items()]
    action = step.to(Place.LANGUAGE)
    return Gather(action, (*before, *choices), SECONDS_TO_CHOOSE_LANGUAGE, even_without_key=False)


def in_chosen_language(step: Step) -> Reply:
    """Go on to support, in another language if its key was pressed. No key is wrong: the caller is not asked again."""
    match offered(step.desk.lines[step.facts.line].languages, step.turn.heard).get(step.turn.digits):
        case "english":
            return replace(support.to_support(step.choosing(language="en")), chose=EventKind.MENU_ENGLISH)
        case "french":
            return replace(support.to_support(step.choosing(language="fr")), chose=EventKind.MENU_FRENCH)
    return support.to_support(step)


def after_key(step: Step) -> Reply:
    """Go where the key leads that was pressed in a menu."""
    menu = menu_at(step)
    if menu is None:  # the desk file has changed during the call
        return support.to_support(step)
    choice = _offered(step, menu, step.turn.heard).get(step.turn.digits)
    if choice is None:
        return _no_choice(step, menu)
    key, way = step.turn.digits, ".".join(step.turn.way)
    chosen = step.choosing(product=choice.product or step.turn.choices.product).at(key=key)
    reply = _follow_choice(chosen, choice)
    if choice.product and reply.choices is None:
        reply = replace(reply, choices=chosen.turn.choices)
    kind = CHOSEN.get(choice.to.leads)
    if kind is not None:
        return replace(reply, chose=kind)
    return replace(reply, chose=EventKind.MENU_KEY, chose_what=f"{key} in {way or 'the menu'}: {choice.to}")


def after_call(step: Step) -> Reply:
    """A phone of a team, or an outside number, has rung: the two have spoken, or the call goes on."""
    if teams.have_spoken(step.turn):
        return Reply((Hangup(),))
    menu = menu_at(step)
    choice = menu.keys.get(step.turn.key) if menu is not None else None
    if choice is None:  # the desk file has changed during the call
        return replace(support.to_support(step), not_put_through=True)
    return replace(_follow_choice(step, choice), not_put_through=True)


def menu_at(step: Step) -> Menu | None:
    """Return the menu that the caller is in: the one that the URL names, else the first one of the line."""
    way = step.turn.way
    if way and way[-1] in step.desk.menus:
        return step.desk.menus[way[-1]]
    return step.desk.menu_of(step.facts.line)


def _offered(step: Step, menu: Menu, heard: Language) -> Mapping[str, Choice]:
    """Return the keys that lead somewhere at this hour, for a caller who hears them in a language."""
    facts = step.facts
    now = menu.offered(facts.is_open, facts.began_at.astimezone(step.desk.zone))
    leads = offered({key: choice.to.leads.value for key, choice in now.items()}, heard)
    return {key: _leading_to(now[key], Leads(to)) for key, to in leads.items()}


def _leading_to(choice: Choice, leads: Leads) -> Choice:
    """Return a choice of language as one of another language, which its own words are not about."""
    if choice.to.leads is leads:
        return choice
    return choice.model_copy(update={"to": Destination(leads), "say": {}, "play": {}})


def _follow_choice(step: Step, choice: Choice) -> Reply:
    if choice.otherwise is None:
        return _follow(step, choice.to)
    rings = teams.ring_next(step, choice.to)
    if rings is not None:
        return rings
    return _follow(step, choice.otherwise, (say(step.turn.language, prompts.NOBODY_ANSWERS),), is_aside=True)


def _follow(step: Step, to: Destination, before: Heard = (), *, is_aside: bool = False) -> Reply:
    """Go to a destination, after some prompts. With `is_aside` the caller has left no menu to go back from."""
    match to.leads:
        case Leads.ENGLISH | Leads.FRENCH:
            return _in_language(step.choosing(language="en" if to.leads is Leads.ENGLISH else "fr"), before)
        case Leads.REPEAT:
            return _enter(step, before)
        case Leads.BACK:
            return _enter(step if is_aside else step.at(way=step.turn.way[:-1]), before)
        case Leads.MENU:
            return _enter(step.at(way=_way_to(step.turn.way, to.name)), before)
        case Leads.INFORMATION:
            told = step.desk.information[to.name]
            return _follow(step, told.then, (*before, *_heard(step, told)), is_aside=True)
    return _after(before, _leave(step, to))


def _in_language(step: Step, before: Heard) -> Reply:
    """Ask again in the language that was chosen, with what the menu itself says: it may say that calls are recorded."""
    menu = menu_at(step)
    return Reply((_ask(step, (*before, *(_heard(step, menu) if menu is not None else ()))),))


def _leave(step: Step, to: Destination) -> Reply:
    """Go to a destination outside the menus."""
    match to.leads:
        case Leads.GOODBYE:
            return Reply((say(step.turn.language, prompts.GOODBYE), Hangup()))
        case Leads.MANAGER:
            return support.to_manager(step)
        case Leads.VOICEMAIL if to.name != SUPPORT_BOX:
            return boxes.to_box(step, to.name)
        case Leads.VOICEMAIL:
            return voicemail.to_voicemail(step, say(step.turn.language, prompts.OR_A_MESSAGE))
    return support.to_support(step)


def _after(before: Heard, reply: Reply) -> Reply:
    return replace(reply, verbs=(*before, *reply.verbs))


def _way_to(way: tuple[str, ...], menu: str) -> tuple[str, ...]:
    """Return the way to a menu. One that is on the way already ends it, so that no way is endless."""
    before = way[: way.index(menu)] if menu in way else way
    return (*before, menu)[-LONGEST_WAY:]


def _enter(step: Step, before: Heard = ()) -> Reply:
    """Begin a menu. One with no key to press at this hour is left at once."""
    menu = menu_at(step)
    if menu is None:
        return _after(before, support.to_support(step))
    if not _offered(step, menu, step.turn.language):
        return _follow(step, menu.exit, (*before, *_heard(step, menu)))
    once_more = Redirect(step.to(Place.MENU, **step.turn.place_in_menus, tries=1))
    return Reply((_ask(step, (*before, *_heard(step, menu))), once_more))


def _no_choice(step: Step, menu: Menu) -> Reply:
    turn = step.turn
    if turn.tries < TRIES and _offered(step, menu, turn.language):
        hint = say(turn.language, prompts.NOT_A_CHOICE if turn.digits else prompts.NO_KEY)
        return Reply((_ask(step, (hint,), tries=turn.tries + 1),))
    reply = _follow(step, menu.exit)
    kind = GAVE_UP.get(menu.exit.leads)
    if kind is not None:
        return replace(reply, chose=kind)
    return replace(reply, chose=EventKind.MENU_NO_KEY, chose_what=f"The call went on to {menu.exit}.")


def _ask(step: Step, before: Heard = (), tries: int = 1) -> Gather:
    menu = menu_at(step)
    keys = _offered(step, menu, step.turn.language) if menu is not None else {}
    choices = [part for key, choice in keys.items() for part in _choice_heard(step, key, choice)]
    return Gather(step.to(Place.MENU, **step.turn.place_in_menus, tries=tries), (*before, *choices))


def _choice_heard(step: Step, key: str, choice: Choice) -> Heard:
    if not choice.say and not choice.play:
        return (menu_choice(step.turn.language, choice.to.leads, key),)
    return _heard(step, choice, key)


def _heard(step: Step, spoken: Spoken, key: str = "") -> Heard:
    """Return what is said or played at a place of the desk file."""
    language = step.turn.language
    if spoken.play:
        return (Play(step.urls.audio(step.desk.audio[spoken.play[language]].url_name)),)
    if not spoken.say:
        return ()
    words = Say(spoken.say[language].replace("{key}", key), language)
    return (with_star(words, key),)
