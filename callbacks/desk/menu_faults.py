"""What is wrong with the menus of a desk file, each mistake with its place and its remedy. Pure.

A menu is refused if a key leads nowhere, if callers who press nothing never get out, or if no key leads out. One that
leads to support and has no key for a manager is only warned about, so that the desk still answers.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callbacks.desk.menus import MOST_TOGETHER, SUPPORT_BOX, Choice, Destination, Flow, Leads, Menu, Spoken, place_of
from callbacks.text.dialing_rules import DialingRules, NumberKind

RINGING = (Leads.TEAM, Leads.DIAL)
# Where a call may go on by itself: after wrong keys, after an information, after a call that nobody took.
FOLLOWING = (Leads.SUPPORT, Leads.GOODBYE, Leads.BACK, Leads.MENU, Leads.VOICEMAIL, Leads.INFORMATION)
OUT = (Leads.SUPPORT, Leads.MANAGER, Leads.GOODBYE, Leads.VOICEMAIL)
TO_SUPPORT = (Destination(Leads.SUPPORT), Destination(Leads.VOICEMAIL, SUPPORT_BOX))
# Keys that are spoken in the usual words when they have none of their own.
WITH_USUAL_WORDS = (Leads.SUPPORT, Leads.MANAGER, Leads.ENGLISH, Leads.FRENCH, Leads.BACK, Leads.REPEAT)
STATES = {True: "open", False: "closed"}


@dataclass(frozen=True)
class Around:
    """What the rest of the desk file says that menus refer to."""

    products: frozenset[str]
    layers: tuple[str, ...]
    rules: DialingRules


def menu_faults(flow: Flow, around: Around) -> list[str]:
    """Return every mistake. Ways out are looked for only once every key leads to something that exists."""
    faults = [*_faults_of_targets(flow, around), *_faults_of_menus(flow, around)]
    return faults or [*_faults_of_silence(flow), *_faults_of_keys(flow), *_lines_without_support(flow)]


# Each part on its own


def _faults_of_targets(flow: Flow, around: Around) -> Iterator[str]:
    for name, team in flow.teams.items():
        if not team.numbers and not team.layers:
            yield f"teams.{name}: it has nobody to ring. Give it numbers or layers."
        if team.ring == "together" and len(team.numbers) > MOST_TOGETHER:
            yield (
                f"teams.{name}.numbers: {len(team.numbers)} phones cannot ring together, because the carrier calls at "
                f'most {MOST_TOGETHER} at once. Remove some, or write ring = "in order".'
            )
        for number in team.numbers:
            yield from _faults_of_number(f"teams.{name}.numbers", number, around.rules)
        for layer in team.layers:
            if layer not in around.layers:
                yield f"teams.{name}.layers: there is no layer {layer!r}. Known: {', '.join(around.layers)}."
    if SUPPORT_BOX in flow.boxes:
        yield f"boxes.{SUPPORT_BOX}: messages for support open a callback. Give this box another name."
    for name, told in flow.information.items():
        yield from _faults_of_words(f"information.{name}", told, frozenset())
        if not told.say and not told.play:
            yield f"information.{name}: it says nothing. Give it say or play."
        yield from _faults_of_following(f"information.{name}.then", told.then, flow)


def _faults_of_number(place: str, number: str, rules: DialingRules) -> Iterator[str]:
    check = rules.check(number)
    if check.kind is not NumberKind.ORDINARY:
        yield f"{place}: {number} is not called by itself: {check.why.english}. Give another number."


def _faults_of_menus(flow: Flow, around: Around) -> Iterator[str]:
    for place, menu in flow.menus.items():
        yield from _faults_of_words(place, menu, frozenset())
        yield from _faults_of_following(f"{place}.exit", menu.exit, flow)
        for key, choice in menu.keys.items():
            yield from _faults_of_choice(f"{place}.keys.{key}", choice, flow, around)
        if place in flow.first.values() and Destination(Leads.BACK) in _destinations(menu):
            yield f'{place}: "back" leads nowhere, because callers begin here. Write "repeat", or remove the key.'


def _destinations(menu: Menu) -> list[Destination]:
    return [menu.exit, *(choice.to for choice in menu.keys.values())]


def _faults_of_choice(place: str, choice: Choice, flow: Flow, around: Around) -> Iterator[str]:
    yield from _faults_of_words(place, choice, frozenset({"key"}))
    if not choice.say and not choice.play and choice.to.leads not in WITH_USUAL_WORDS:
        yield f'{place}: callers would not hear of it. Give it say = {{ en = "For ..., press {{key}}.", fr = "..." }}.'
    for language, text in choice.say.items():
        if "{key}" not in text:
            yield f"{place}.say.{language}: callers would not hear which key. Write {{key}} where it is spoken."
    if choice.product and choice.product not in around.products:
        yield f"{place}.product: {choice.product!r} is not a product of [coverage]. Correct it, or add it there."
    yield from _unknown(f"{place}.to", choice.to, flow)
    if choice.to.leads is Leads.DIAL:
        yield from _faults_of_number(f"{place}.to", choice.to.name, around.rules)
    if choice.to.leads in RINGING and choice.otherwise is None:
        yield f'{place}: it leads nowhere when nobody answers. Add otherwise, such as otherwise = "support".'
    if choice.otherwise is not None:
        if choice.to.leads not in RINGING:
            yield f"{place}.otherwise: only a team or a number may go unanswered. Remove it."
        yield from _faults_of_following(f"{place}.otherwise", choice.otherwise, flow)


def _faults_of_words(place: str, spoken: Spoken, blanks: frozenset[str]) -> Iterator[str]:
    if spoken.say and spoken.play:
        yield f"{place}: it has both say and play. Keep one of them."
    for language, text in spoken.say.items():
        try:
            used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            used = {text}
        if not used <= blanks:
            known = " and ".join(f"{{{blank}}}" for blank in blanks) or "none"
            yield f"{place}.say.{language}: it has a blank that is not known. Known: {known}."


def _faults_of_following(place: str, to: Destination, flow: Flow) -> Iterator[str]:
    yield from _unknown(place, to, flow)
    if to.leads not in FOLLOWING:
        known = ", ".join(f'"{leads.value}"' for leads in FOLLOWING)
        yield f'{place}: a call cannot go on to "{to}" by itself. Write one of {known}.'


def _unknown(place: str, to: Destination, flow: Flow) -> Iterator[str]:
    known: Mapping[Leads, tuple[str, ...]] = {
        Leads.MENU: tuple(name.removeprefix("menus.") for name in flow.menus if name.startswith("menus.")),
        Leads.TEAM: tuple(flow.teams),
        Leads.VOICEMAIL: (SUPPORT_BOX, *flow.boxes),
        Leads.INFORMATION: tuple(flow.information),
    }
    if to.leads in known and to.name not in known[to.leads]:
        names = ", ".join(known[to.leads]) or "none"
        yield f'{place}: "{to}" leads nowhere. Known: {names}.'


# Ways out


def _after(flow: Flow, place: str, to: Destination) -> frozenset[str] | None:
    """Return the places where a call may be after a destination of a menu's key; None when it is out of the menus."""
    match to.leads:
        case Leads.MENU:
            return frozenset({place_of(to.name)})
        case Leads.BACK:
            return flow.leading_to(place) or frozenset({place})
        case Leads.INFORMATION:
            return _after_what_was_told(flow, place, flow.information[to.name].then)
        case leads if leads in OUT:
            return None
    return frozenset({place})  # a language, a repetition


def _after_what_was_told(
    flow: Flow, place: str, then: Destination, told: frozenset[str] = frozenset()
) -> frozenset[str] | None:
    """Return the same after an information or an unanswered call, from which "back" is the menu of the key."""
    if then.leads is Leads.BACK:
        return frozenset({place})
    if then.leads is Leads.INFORMATION:
        if then.name in told:  # round in a circle
            return frozenset({place})
        return _after_what_was_told(flow, place, flow.information[then.name].then, told | {then.name})
    return _after(flow, place, then)


def _faults_of_silence(flow: Flow) -> Iterator[str]:
    """Yield the menus in which a caller who presses nothing goes round in a circle."""
    for place in flow.menus:
        circle = _circle(flow, place, ())
        if circle and place == circle[0]:
            way = " - ".join((*circle, place))
            yield f'{place}.exit: callers who press nothing never get out ({way}). Write "support" or "goodbye".'
    for name in flow.information:
        if _tells_itself(flow, name):
            yield f"information.{name}.then: it goes round in a circle. Lead out of it."


def _circle(flow: Flow, place: str, before: tuple[str, ...]) -> tuple[str, ...]:
    if place in before:
        return before[before.index(place) :]
    following = _after(flow, place, flow.menus[place].exit)
    found = (_circle(flow, each, (*before, place)) for each in sorted(following or ()))
    return next((circle for circle in found if circle), ())


def _tells_itself(flow: Flow, name: str) -> bool:
    seen, then = {name}, flow.information[name].then
    while then.leads is Leads.INFORMATION:
        if then.name in seen:
            return True
        seen.add(then.name)
        then = flow.information[then.name].then
    return False


def _faults_of_keys(flow: Flow) -> Iterator[str]:
    """Yield the menus that no key leads out of, while the desk is open or while it is closed.

    Keys that are offered at other times do not count, and of a call that is answered only what follows when it is not.
    """
    for is_open, state in STATES.items():
        ways = {place: _ways(flow, place, is_open) for place in flow.menus}
        free: frozenset[str] = frozenset()
        while more := {place for place in ways if place not in free and _gets_out(ways[place], free)}:
            free |= more
        for place in _reachable(flow, is_open):
            if place not in free:
                yield f'{place}: no key leads out of it while the desk is {state}. Add one, such as 0 = "support".'


def _ways(flow: Flow, place: str, is_open: bool) -> list[frozenset[str] | None]:
    """Return where each key of a menu leads that is offered in this state."""
    found = []
    for choice in _always_offered(flow.menus[place], is_open):
        if choice.otherwise is not None:
            found.append(_after_what_was_told(flow, place, choice.otherwise))
        else:
            found.append(_after(flow, place, choice.to))
    return found


def _always_offered(menu: Menu, is_open: bool) -> list[Choice]:
    return [each for each in menu.keys.values() if each.hours is None or each.hours.while_open is is_open]


def _gets_out(ways: list[frozenset[str] | None], free: frozenset[str]) -> bool:
    return any(way is None or way <= free for way in ways)


def _reachable(flow: Flow, is_open: bool) -> list[str]:
    """Return the menus that some line leads to in this state, in the order of the file."""
    found, to_do = set[str](), list(flow.first.values())
    while to_do:
        place = to_do.pop()
        if place not in found:
            found.add(place)
            to_do += _next_places(flow, place, is_open)
    return [place for place in flow.menus if place in found]


def _next_places(flow: Flow, place: str, is_open: bool) -> Iterator[str]:
    menu = flow.menus[place]
    yield from _after(flow, place, menu.exit) or ()
    for choice in menu.keys.values():
        if choice.hours is None or choice.hours.while_open in (None, is_open):
            yield from _after(flow, place, choice.to) or ()
            if choice.otherwise is not None:
                yield from _after_what_was_told(flow, place, choice.otherwise) or ()


def _lines_without_support(flow: Flow) -> Iterator[str]:
    for line, first in flow.first.items():
        for is_open, state in STATES.items():
            if not _leads_to_support(flow, first, is_open):
                yield f'lines.{line}: no key leads to support while the desk is {state}. Give one the value "support".'


def _leads_to_support(flow: Flow, first: str, is_open: bool) -> bool:
    found, to_do = set[str](), [first]
    while to_do:
        place = to_do.pop()
        if place in found:
            continue
        found.add(place)
        for choice in _always_offered(flow.menus[place], is_open):
            to = choice.otherwise or choice.to
            if _is_to_support(flow, to):
                return True
            to_do += _after(flow, place, to) or ()
    return False


# What nothing leads to


def unused_menus(flow: Flow) -> Iterator[str]:
    """Yield the menus that no line and no key leads to, with the remedy."""
    reached = {place for is_open in STATES for place in _reachable(flow, is_open)}
    for place in flow.menus:
        if place not in reached:
            yield f"{place}: nothing leads to it, so no caller hears it. Lead a key to it, or remove it."


# A manager


def menus_without_manager(flow: Flow) -> Iterator[str]:
    """Yield the menus that lead to support while no key asks for a manager, with the remedy (policy: Lines)."""
    for place, menu in flow.menus.items():
        states = [state for is_open, state in STATES.items() if _lacks_manager(flow, menu, is_open)]
        if states:
            where = f"{place}.menu" if place.startswith("lines.") else place
            yield (
                f"{where}: it leads to support, and no key asks for a manager while the desk is {' or '.join(states)}. "
                'Add one, such as 0 = "manager".'
            )


def _lacks_manager(flow: Flow, menu: Menu, is_open: bool) -> bool:
    offered = [each for each in menu.keys.values() if each.hours is None or each.hours.while_open in (None, is_open)]
    has_manager = any(each.to.leads is Leads.MANAGER for each in _always_offered(menu, is_open))
    return not has_manager and any(_is_to_support(flow, each.to) for each in offered)


def _is_to_support(flow: Flow, to: Destination) -> bool:
    return to in TO_SUPPORT or (flow.tells(to) and flow.information[to.name].then in TO_SUPPORT)
