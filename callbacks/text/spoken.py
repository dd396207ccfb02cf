"""Text as it is read and, where that differs, as a voice has to say it: phone numbers, digits, times in French.

A `Spoken` is a string: whoever prints it has the words to read. Whoever speaks it asks for its parts.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self


class SayAs(enum.Enum):
    """How a voice interprets a part, in the words of SSML.

    Not here: "characters", because Amazon's neural voices leave the sentence to an older voice when they meet it. Nor
    "time", which is a length in minutes and seconds.
    """

    TELEPHONE = "telephone"
    DIGITS = "digits"


@dataclass(frozen=True)
class Part:
    """Some text, with how it is interpreted or what is said in its place."""

    text: str
    say_as: SayAs | None = None
    alias: str = ""

    @property
    def is_plain(self) -> bool:
        return self.say_as is None and not self.alias


class Spoken(str):
    """Text made of parts."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, parts: Iterable[Part]) -> Self:
        merged = tuple(_merged(parts))
        self = cls("".join(part.text for part in merged))
        self.parts = merged
        return self


def parts_of(text: str) -> tuple[Part, ...]:
    """Return the parts of a text. A string that nobody marked is one plain part."""
    if isinstance(text, Spoken):
        return text.parts
    return (Part(text),) if text else ()


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts, with plain neighbours as one."""
    plain = ""
    for part in parts:
        if part.is_plain:
            plain += part.text
            continue
        if plain:
            yield Part(plain)
        plain = ""
        yield part
    if plain:
        yield Part(plain)


def said_as(text: str, alias: str) -> str:
    """Return a text in whose place a voice says something else."""
    return Spoken.of([Part(text, alias=alias)]) if alias != text else text


def digits(text: str) -> Spoken:
    """Return a text whose digits a voice says one by one, and the rest as usual: "+44 20 7946 0958"."""
    return Spoken.of(_digits(text))


def _digits(text: str) -> Iterator[Part]:
    run = ""
    for character in text:
        if character in "0123456789":
            run += character
            continue
        if run:
            yield Part(run, SayAs.DIGITS)
        run = ""
        yield Part(character)
    if run:
        yield Part(run, SayAs.DIGITS)
