"""Every prompt by its name, as a desk's wording file names it: `greeting`, `how_it_ended.busy`."""

from __future__ import annotations

import enum
import string
from collections.abc import Iterator, Mapping

from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from ivr import prompts
from ivr.twilio.phrases import Wording


def _prompts() -> Iterator[tuple[str, Words]]:
    for name, value in vars(prompts).items():
        match value:
            case Words():
                yield name.lower(), value
            case dict():
                yield from ((f"{name.lower()}.{key.name.lower()}", words) for key, words in _by_enum(value))


def _by_enum(table: Mapping[object, object]) -> Iterator[tuple[enum.Enum, Words]]:
    for key, words in table.items():
        if isinstance(key, enum.Enum) and isinstance(words, Words):
            yield key, words


CATALOGUE: Mapping[str, Words] = dict(_prompts())


def own_words(desk: Desk) -> Wording:
    """Return a desk's own wording, by the prompts that it replaces."""
    return {CATALOGUE[name]: Words(own.en, own.fr) for name, own in desk.wording.items() if name in CATALOGUE}


def blanks(template: str) -> set[str]:
    """Return the names of the blanks of a prompt. Raise ValueError if a brace is alone."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
