"""A prompt that still knows its blanks, so that a desk's own wording can replace it when it is spoken. Pure."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Self, TypeVar

from callbacks.text.bilingual import Words
from callbacks.text.formats import ended_once
from callbacks.text.spoken import Part, Spoken, parts_of
from ivr.twilio.verbs import Gather, Say, Verb

V = TypeVar("V")
Wording = Mapping[Words, Words]  # from a prompt of the catalogue to the desk's own
AS_SHIPPED: Wording = {}


class Phrase(Spoken):
    """A prompt in one language with its blanks filled in, perhaps by other phrases. As a string it has our wording."""

    __slots__ = ("blanks", "language", "prompt")
    prompt: Words
    language: str
    blanks: Mapping[str, str]

    @classmethod
    def filled(cls, prompt: Words, language: str, blanks: Mapping[str, str]) -> Self:
        self = cls.of(_filled(prompt.for_(language), blanks, AS_SHIPPED))
        self.prompt, self.language, self.blanks = prompt, language, blanks
        return self

    def worded(self, wording: Wording) -> Spoken:
        """Return the phrase in a desk's own wording."""
        own = wording.get(self.prompt, self.prompt)
        return Spoken.of(_filled(own.for_(self.language), self.blanks, wording))


def _filled(template: str, blanks: Mapping[str, str], wording: Wording) -> list[Part]:
    merged = Spoken.of(_pieces(template, blanks, wording)).parts
    return [replace(part, text=ended_once(part.text)) if part.is_plain else part for part in merged]


def _pieces(template: str, blanks: Mapping[str, str], wording: Wording) -> Iterator[Part]:
    for words, name, _, _ in string.Formatter().parse(template):
        yield from parts_of(words)
        if name is not None:
            filling = blanks[name]
            yield from parts_of(filling.worded(wording) if isinstance(filling, Phrase) else filling)


def in_own_words(verbs: Iterable[Verb], wording: Wording) -> tuple[Verb, ...]:
    """Return the verbs with every prompt in a desk's own wording."""
    return tuple(_in_own_words(verb, wording) for verb in verbs) if wording else tuple(verbs)


def _in_own_words(verb: Verb, wording: Wording) -> Verb:
    if isinstance(verb, Gather):
        return replace(verb, prompts=tuple(_worded(prompt, wording) for prompt in verb.prompts))
    return _worded(verb, wording)


def _worded(verb: V, wording: Wording) -> V:
    if isinstance(verb, Say) and isinstance(verb.text, Phrase):
        return replace(verb, text=verb.text.worded(wording))
    return verb
