"""The menus of a line as a tree, as the console and the command `menu` show it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callbacks.desk.desk_file import Desk
from callbacks.desk.menus import (
    MANAGER_KEY,
    MANAGER_KEY_WHILE_WAITING,
    Choice,
    Destination,
    Leads,
    Spoken,
    place_of,
)
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

LEADS = {
    Leads.SUPPORT: "support",
    Leads.MANAGER: "asks for a manager, and takes a message",
    Leads.ENGLISH: "goes on in English",
    Leads.FRENCH: "goes on in French",
    Leads.BACK: "back to the menu before",
    Leads.REPEAT: "says the menu again",
    Leads.GOODBYE: "says goodbye and hangs up",
}
SILENCE, UNANSWERED, AFTERWARDS, AT_SUPPORT = "no key", "nobody answers", "then", "at support"
MANAGER_AT_SUPPORT = f"{MANAGER_KEY} asks for a manager; {MANAGER_KEY_WHILE_WAITING} while waiting for a technician"


@dataclass(frozen=True)
class Branch:
    """A way that a call can take: when it does, where it leads, what is heard for it, and what follows."""

    when: str  # a key, or one of the words above
    leads: str
    said: Words | None = None  # in place of the usual words
    notes: Sequence[str] = ()  # hours, product, recordings
    branches: Sequence[Branch] = ()


_AT_SUPPORT = Branch(AT_SUPPORT, MANAGER_AT_SUPPORT)  # keys that every line has, whatever its menu


@dataclass(frozen=True)
class LineTree:
    """What a caller meets on a line."""

    line: str
    number: str
    begins: str
    branches: Sequence[Branch]


def trees(desk: Desk) -> list[LineTree]:
    """Return the tree of every line, in the order of the desk file."""
    return [_tree(desk, name) for name in desk.lines]


def _tree(desk: Desk, name: str) -> LineTree:
    line, first = desk.lines[name], desk.flow.first.get(name)
    language = "French" if line.language == "fr" else "English"
    number = readable_number(line.number)
    if first is None:
        keys = [Branch(key, LEADS[Leads(choice)]) for key, choice in line.languages.items()]
        begins = f"begins in {language}; no menu: straight to support"
        return LineTree(name, number, begins, [*keys, _AT_SUPPORT])
    menu = f"menu {line.named_menu}" if line.named_menu else "a menu of its own"
    return LineTree(name, number, f"begins in {language}, with {menu}", [*_of_menu(desk, first, ()), _AT_SUPPORT])


def _of_menu(desk: Desk, place: str, before: tuple[str, ...]) -> Iterator[Branch]:
    menu, way = desk.flow.menus[place], (*before, place)
    for key, choice in menu.keys.items():
        yield Branch(key, leads_to(desk, choice.to), _said(choice, key), _notes(choice), _of_choice(desk, choice, way))
    yield Branch(SILENCE, leads_to(desk, menu.exit), branches=_after(desk, menu.exit, way))


def _of_choice(desk: Desk, choice: Choice, way: tuple[str, ...]) -> Sequence[Branch]:
    if choice.otherwise is None:
        return _after(desk, choice.to, way)
    return [Branch(UNANSWERED, leads_to(desk, choice.otherwise), branches=_after(desk, choice.otherwise, way))]


def _after(desk: Desk, to: Destination, way: tuple[str, ...]) -> Sequence[Branch]:
    """Return what follows a destination. A menu that stands above is not drawn again."""
    if to.leads is Leads.MENU and place_of(to.name) not in way:
        return list(_of_menu(desk, place_of(to.name), way))
    if to.leads is Leads.INFORMATION:
        then = desk.information[to.name].then
        leads = "the same menu again" if then.leads is Leads.BACK else leads_to(desk, then)
        return [Branch(AFTERWARDS, leads, branches=() if then.leads is Leads.INFORMATION else _after(desk, then, way))]
    return ()


def leads_to(desk: Desk, to: Destination) -> str:
    """Return where a key leads, in words."""
    match to.leads:
        case Leads.MENU:
            return f"menu {to.name}"
        case Leads.TEAM:
            together = ", all phones together" if desk.teams[to.name].ring == "together" else ""
            return f"rings the team {desk.team_name(to.name).english}{together}"
        case Leads.DIAL:
            return f"calls {readable_number(to.name)}"
        case Leads.VOICEMAIL:
            return f"takes a message for {desk.box_name(to.name).english}"
        case Leads.INFORMATION:
            return f"information {to.name}{_quoted(desk.information[to.name])}"
    return LEADS[to.leads]


def _quoted(spoken: Spoken) -> str:
    heard = _said(spoken, "")
    return f': "{heard.english}" / "{heard.french}"' if heard is not None else ""


def _said(spoken: Spoken, key: str) -> Words | None:
    if spoken.play:
        return Words(f"(plays {spoken.play['en']})", f"(plays {spoken.play['fr']})")
    if not spoken.say:
        return None
    return Words(spoken.say["en"].replace("{key}", key), spoken.say["fr"].replace("{key}", key))


def _notes(choice: Choice) -> Sequence[str]:
    notes = []
    if choice.hours is not None:
        is_state = choice.hours.while_open is not None
        notes.append(f"while the desk is {choice.hours.words}" if is_state else f"at {choice.hours.words}")
    if choice.product:
        notes.append(f"product: {choice.product}")
    return notes
