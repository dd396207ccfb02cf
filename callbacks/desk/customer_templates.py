"""Templates of texts and mails to customers, and the desk's own words in their place. Pure."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from callbacks.text.formats import ended_once
from callbacks.text.gsm7 import TWO_SEGMENTS, folded, size
from callbacks.text.templates import Rules, fault_of_form, faults_of_blanks, words_around_blanks

SENDER = "sender"  # the blank for the desk's own name
BETWEEN_LANGUAGES = " / "


class Medium(enum.Enum):
    """What a template is the wording of."""

    TEXT = "text"
    SUBJECT = "subject"
    MAIL = "mail"  # without its subject


LONGEST_MAIL = {Medium.SUBJECT: 120, Medium.MAIL: 2000}  # letters, without what is filled in
RULES = {
    medium: Rules(medium.value, f"Write the {medium.value}.", "Customers need to read it.", {"no_call"})
    for medium in Medium
}


Longest = Mapping[str, "Words | tuple[CustomerTemplate, ...]"]  # by blank: what fills it, or the templates that may


@dataclass(frozen=True)
class CustomerTemplate:
    """One text, subject or mail with named blanks, in both languages."""

    name: str  # in a wording file: "texts.message_received"
    shipped: Words
    longest: Longest  # what fills its blanks, at its longest
    medium: Medium = Medium.TEXT
    is_in_both: bool = False  # sent in both languages at once

    def filled(self, desk: Desk, **blanks: str | Words) -> Words:
        """Return the words of a desk with their blanks filled in."""
        filling = {SENDER: desk.company.sender, **blanks}
        english, french = (
            ended_once(desk.own_words(self.name, self.shipped).for_(language).format(**_in(language, filling)))
            for language in ("en", "fr")
        )
        return Words(english, french)

    def in_both(self, desk: Desk, **blanks: str | Words) -> str:
        """Return the words for somebody whose language is not known: English, then French."""
        words = self.filled(desk, **blanks)
        return f"{words.english}{BETWEEN_LANGUAGES}{words.french}"


def _in(language: str, filling: Mapping[str, str | Words]) -> dict[str, str]:
    return {name: each.for_(language) if isinstance(each, Words) else each for name, each in filling.items()}


def templates_in(*modules: ModuleType) -> Mapping[str, CustomerTemplate]:
    """Return every template of some modules, by its name."""
    found = (each for module in modules for each in vars(module).values() if isinstance(each, CustomerTemplate))
    return {template.name: template for template in found}


def template_faults(desk: Desk, templates: Mapping[str, CustomerTemplate]) -> Iterator[str]:
    """Yield what is wrong with a desk's own words for texts and mails, each fault with its place and remedy."""
    readable = True
    for template in templates.values():
        own = desk.wording.get(template.name)
        for language, words in (("en", own.en), ("fr", own.fr)) if own is not None else ():
            found = list(_faults(words, template))
            readable &= not found
            yield from (f"wording.{template.name}.{language}: {fault}" for fault in found)
    if readable:
        yield from _faults_of_length(desk, templates.values())


def _faults(own: str, template: CustomerTemplate) -> Iterator[str]:
    rules = RULES[template.medium]
    fault = fault_of_form(own, rules)
    if fault is not None:
        yield fault
        return
    words = words_around_blanks(own)
    if template.medium is not Medium.MAIL and any(end in own for end in "\r\n"):
        yield f"it has several lines. Write the {rules.kind} in one."
    if template.medium is Medium.TEXT:
        for character in dict.fromkeys(unicodedata.normalize("NFC", words)):
            if folded(character) == "?" != character:
                yield f"{character!r} cannot be sent by text. Leave it out."
    elif len(words) > LONGEST_MAIL[template.medium]:
        yield f"it has {len(words)} characters. Shorten it to {LONGEST_MAIL[template.medium]}."
    yield from faults_of_blanks(own, template.shipped.english, rules)


def _faults_of_length(desk: Desk, templates: Iterable[CustomerTemplate]) -> Iterator[str]:
    """A text that is too long is the fault of the desk's own words in it: its own, or those of its longest part."""
    too_long: dict[str, int] = {}
    for template in templates:
        for place, taken, names in _lengths(desk, template):
            own = next((name for name in names if name in desk.wording), None)
            if own is not None and taken > TWO_SEGMENTS:
                where = f"wording.{own}{place}"
                too_long[where] = max(taken, too_long.get(where, 0))
    for where, taken in too_long.items():
        yield (
            f"{where}: the text may take {taken} letters with everything filled in, and two segments hold "
            f"{TWO_SEGMENTS}. Shorten it by {taken - TWO_SEGMENTS}."
        )


def _lengths(desk: Desk, template: CustomerTemplate) -> Iterator[tuple[str, int, list[str]]]:
    """Yield how long a text may get, with the place in the file and the templates that it is made of."""
    if template.medium is not Medium.TEXT:
        return
    (english, names), (french, more) = (longest_text(desk, template, language) for language in ("en", "fr"))
    if template.is_in_both:
        yield "", size(f"{english}{BETWEEN_LANGUAGES}{french}"), names
        return
    yield ".en", size(english), names
    yield ".fr", size(french), more


def longest_text(desk: Desk, template: CustomerTemplate, language: str) -> tuple[str, list[str]]:
    """Return the longest text that a template can become, and the names of the templates in it."""
    filling, names = {SENDER: desk.company.sender}, [template.name]
    for blank, longest in template.longest.items():
        if isinstance(longest, Words):
            filling[blank] = longest.for_(language)
            continue
        candidates = (longest_text(desk, each, language) for each in longest)
        filling[blank], parts = max(candidates, key=lambda candidate: size(candidate[0]))
        names += parts
    own = desk.own_words(template.name, template.shipped).for_(language)
    return ended_once(own.format(**filling)), names
