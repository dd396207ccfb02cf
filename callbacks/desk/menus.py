"""Menus as data: keys, where they lead, and when they are offered. `menu_faults` checks them as a whole. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from callbacks.desk.parts import Language, Part, both_languages, own_number
from callbacks.text.daily_span import DailySpan, daily_span
from callbacks.text.mail_address import mail_address

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NAME = "[a-z][a-z0-9-]{0,30}"
LONGEST_SAID = 1000  # characters: a menu with all its keys then stays far below the 64 kB of a document
SUPPORT_BOX = "support"
MOST_TOGETHER = 10  # phones that the carrier calls at once
# The keys that ask for a manager where the desk file has none: at support, and while a caller waits for a technician.
MANAGER_KEY = "0"
MANAGER_KEY_WHILE_WAITING = "8"  # 0 is for a message there, and 9 is often the other language


class Leads(enum.Enum):
    """What a key leads to. The last five are followed by a name or a number: "menu:sales"."""

    SUPPORT = "support"  # a technician in support hours, else a message
    MANAGER = "manager"  # a message, and the manager on call is paged
    ENGLISH = "english"
    FRENCH = "french"
    BACK = "back"  # to the menu before; after an information or a call that nobody took, to the menu of its key
    REPEAT = "repeat"
    GOODBYE = "goodbye"
    MENU = "menu"
    TEAM = "team"  # phones of the company, which take a call by key
    DIAL = "dial"  # an outside number, connected as soon as it answers
    VOICEMAIL = "voicemail"  # a message, for support or into another box
    INFORMATION = "information"  # a text or a recording


NAMED = (Leads.MENU, Leads.TEAM, Leads.DIAL, Leads.VOICEMAIL, Leads.INFORMATION)


@dataclass(frozen=True)
class Destination:
    """Where a key leads, such as "menu:sales"."""

    leads: Leads
    name: str = ""  # of a menu, a team, a box or an information, or a number (E.164)

    def __str__(self) -> str:
        return f"{self.leads.value}:{self.name}" if self.leads in NAMED else self.leads.value


def destination(text: object) -> object:
    """Return "menu:sales" as a destination. Raise ValueError."""
    if not isinstance(text, str):
        return text
    kind, colon, name = text.strip().partition(":")
    leads = next((each for each in Leads if each.value == kind), None)
    if leads is None or bool(colon) != (leads in NAMED) or (colon and not name):
        alone = ", ".join(f'"{each.value}"' for each in Leads if each not in NAMED)
        named = ", ".join(f'"{each.value}:..."' for each in NAMED)
        raise ValueError(f"{text!r} is not known. Write one of {alone}, {named}.")
    return Destination(leads, own_number(name) if leads is Leads.DIAL else name)


To = Annotated[Destination, BeforeValidator(destination)]


@dataclass(frozen=True)
class WeeklySpan:
    """A span of some days of the week. One that ends on the next day belongs to the day on which it begins."""

    span: DailySpan
    days: frozenset[int]  # 0 is Monday

    def covers(self, local: datetime) -> bool:
        is_morning_after = self.span.begins >= self.span.ends and local.time() < self.span.ends
        began = local - timedelta(days=1) if is_morning_after else local
        return self.span.covers(local.time()) and began.weekday() in self.days


@dataclass(frozen=True)
class ChoiceHours:
    """When a key is offered: while the desk is open, while it is closed, or at some times (desk time)."""

    while_open: bool | None
    spans: tuple[WeeklySpan, ...]
    words: str  # as in the desk file

    def cover(self, is_open: bool, local: datetime) -> bool:
        if self.while_open is not None:
            return is_open == self.while_open
        return any(span.covers(local) for span in self.spans)


def choice_hours(given: object) -> object:
    """Return "open", "closed" or ["monday-friday 09:00-17:00"] as hours. Raise ValueError."""
    if given in ("open", "closed"):
        return ChoiceHours(given == "open", (), str(given))
    if isinstance(given, list | tuple) and given and all(isinstance(each, str) for each in given):
        return ChoiceHours(None, tuple(_weekly_span(each) for each in given), ", ".join(given))
    if given is None or isinstance(given, ChoiceHours):
        return given
    raise ValueError(f'{given!r} is not known. Write "open", "closed" or ["monday-friday 09:00-17:00"].')


def _weekly_span(text: str) -> WeeklySpan:
    days, _, span = text.strip().rpartition(" ")
    return WeeklySpan(daily_span(span), _days(days.strip().lower()) if days else frozenset(range(7)))


def _days(text: str) -> frozenset[int]:
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f'{text!r} is neither a day nor days. Write "saturday" or "monday-friday" before the hours.')
    begins, ends = DAYS.index(first), DAYS.index(last or first)
    return frozenset(day % 7 for day in range(begins, ends + 1 if begins <= ends else ends + 8))


def said(texts: Mapping[Language, str]) -> Mapping[Language, str]:
    """Return what is said in both languages. Raise ValueError."""
    for language, text in texts.items():
        if not text.strip() or len(text) > LONGEST_SAID:
            raise ValueError(f"{language} has {len(text)} characters. Write 1 to {LONGEST_SAID}.")
    return both_languages(texts)


def menu_key(text: str) -> str:
    """Return a key of a menu. Raise ValueError."""
    if not re.fullmatch("[0-9*]", text):
        raise ValueError(f'{text!r} is not a key. Write one of 0 to 9, or "*".')
    return text


def short_name(text: str) -> str:
    """Return the name of a menu, a team, a box or an information. Raise ValueError."""
    if not re.fullmatch(NAME, text):
        raise ValueError(f"{text!r} is not a name. Use lowercase letters, digits and hyphens, such as sales.")
    return text


Key = Annotated[str, AfterValidator(menu_key)]
Name = Annotated[str, AfterValidator(short_name)]


class Spoken(Part):
    """What is said by a voice, or played from a file beside the desk file, in both languages."""

    say: Annotated[Mapping[Language, str], AfterValidator(said)] = {}
    play: Annotated[Mapping[Language, str], AfterValidator(both_languages)] = {}


class Choice(Spoken):
    """A key of a menu. Some have a wording of their own, with {key} where the key is spoken."""

    to: To
    hours: Annotated[ChoiceHours | None, BeforeValidator(choice_hours)] = None
    product: str = ""  # what the caller's callback is about
    otherwise: To | None = None  # where a call goes on that nobody takes

    def is_offered(self, is_open: bool, local: datetime) -> bool:
        return self.hours is None or self.hours.cover(is_open, local)


def choice(given: object) -> object:
    """Return "support" as a choice that leads there."""
    return {"to": given} if isinstance(given, str) else given


class Menu(Spoken):
    """What is said first, then keys. After three wrong or missing keys the call goes to `exit`."""

    keys: Mapping[Key, Annotated[Choice, BeforeValidator(choice)]] = Field(min_length=1)
    exit: To = Destination(Leads.SUPPORT)

    def offered(self, is_open: bool, local: datetime) -> Mapping[str, Choice]:
        """Return the keys that callers can press at this time, in the order of the file."""
        return {key: each for key, each in self.keys.items() if each.is_offered(is_open, local)}


def menu_of_keys(keys: Mapping[str, str], leads_out: str) -> Menu:
    """Return the menu that a line has in its short form: menu = { 1 = "support" }."""
    return Menu.model_validate({"keys": dict(keys), "exit": leads_out})


class Team(Part):
    """Phones that are rung one after the other, or together. Whoever answers takes the call by key."""

    name: Annotated[Mapping[Language, str], AfterValidator(both_languages)] = {}
    numbers: tuple[Annotated[str, BeforeValidator(own_number)], ...] = ()
    layers: tuple[str, ...] = ()  # the people on call on these layers of the rota
    ring: Literal["in order", "together"] = "in order"

    @property
    def rung_at_once(self) -> int:
        """How many of its phones ring at the same time, at most."""
        return MOST_TOGETHER if self.ring == "together" else 1


class Box(Part):
    """A voicemail box beside support. Its messages are mailed as links; nobody is paged about them."""

    name: Annotated[Mapping[Language, str], AfterValidator(both_languages)] = {}
    mail: Annotated[str, AfterValidator(mail_address)]


class Information(Spoken):
    """A text or a recording that a key plays, and where the call goes on."""

    then: To = Destination(Leads.BACK)


def named_menu(line: Any) -> Any:
    """Return the settings of a line, where `menu` may be the name of a menu instead of its keys."""
    if isinstance(line, dict) and isinstance(line.get("menu"), str):
        return {**{name: value for name, value in line.items() if name != "menu"}, "named_menu": line["menu"]}
    return line


@dataclass(frozen=True)
class Flow:
    """The menus of all lines, by their place in the desk file ("menus.main"), and what they lead to."""

    menus: Mapping[str, Menu]
    first: Mapping[str, str]  # the place of the menu of each line that has one
    teams: Mapping[str, Team]
    boxes: Mapping[str, Box]
    information: Mapping[str, Information]

    def leading_to(self, place: str) -> frozenset[str]:
        """Return the places of the menus from which callers come to a menu, and so go back to."""
        return frozenset(before for before, menu in self.menus.items() if place in self._next_of(menu))

    def _next_of(self, menu: Menu) -> frozenset[str]:
        chosen = [to for each in menu.keys.values() for to in (each.to, each.otherwise) if to is not None]
        reached = [*chosen, menu.exit]
        told = [self.information[to.name].then for to in reached if self.tells(to)]
        return frozenset(place_of(to.name) for to in (*reached, *told) if to.leads is Leads.MENU)

    def tells(self, to: Destination) -> bool:
        """Return whether a destination is an information that exists."""
        return to.leads is Leads.INFORMATION and to.name in self.information


def place_of(menu: str) -> str:
    """Return the place of a named menu in the desk file."""
    return f"menus.{menu}"
