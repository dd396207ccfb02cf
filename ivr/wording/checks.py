"""What may be wrong with a desk's own wording and voices, each fault with its remedy."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from callbacks.desk.desk_file import Desk
from ivr.twilio.voices import why_not
from ivr.wording.catalogue import CATALOGUE, blanks

# Twilio speaks 4,096 characters in one verb, markup and filled blanks included, and takes 64 kB in one document.
LONGEST_PROMPT = 1000
MOST_BLANKS = 8
# The wording may do without these. Any other blank has what the caller or the technician needs.
MAY_BE_LEFT_OUT = {"company", "name"}
WITHOUT_KEYS = {"recording_notice", "fallback"}  # their digits are a number to dial in an emergency
PUNCTUATION = frozenset(".,;:!?…'’\"“”«»()-–—/%$&+° \u00a0\u202f")
IN_WORDS = {"*": '"star" ("l\'étoile")', "#": '"pound" ("le carré")', "@": '"at" ("arobas")'}
LETTERS = {"Lu", "Ll", "Lo", "Mn", "Nd"}


def wording_faults(desk: Desk) -> Iterator[str]:
    """Yield what is wrong with a desk's own wording and voices."""
    for language in ("en", "fr"):
        why = why_not(desk.voices.for_(language), language)
        if why is not None:
            yield f"voices.{language}: {why}"
    for name, own in desk.wording.items():
        if name not in CATALOGUE:
            yield f"wording.{name}: there is no such prompt. {_nearest(name, CATALOGUE, 'See: python app.py wording.')}"
            continue
        for language, template in (("en", own.en), ("fr", own.fr)):
            yield from (f"wording.{name}.{language}: {fault}" for fault in _faults(template, name))


def _faults(template: str, name: str) -> Iterator[str]:
    if not any(character.isalnum() for character in template):
        yield "it says nothing. Write what is spoken."
        return
    if len(template) > LONGEST_PROMPT:
        yield f"it has {len(template)} characters. Shorten it to {LONGEST_PROMPT}."
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError:
        yield "a brace is alone. Write each blank as {name}, and no other braces."
        return
    yield from _faults_of_characters("".join(words for words, *_ in pieces))
    yield from _faults_of_keys("".join(words for words, *_ in pieces), name)
    named = [
        (field, f"{'!' if conversion else ''}{conversion or ''}{':' if spec else ''}{spec or ''}")
        for _, field, spec, conversion in pieces
    ]
    yield from _faults_of_blanks([(field, format) for field, format in named if field is not None], name)


def _faults_of_characters(words: str) -> Iterator[str]:
    for character in dict.fromkeys(words):
        if character in PUNCTUATION or unicodedata.category(character) in LETTERS:
            continue
        remedy = f"Write {IN_WORDS[character]}." if character in IN_WORDS else "Leave it out."
        yield f"{character!r} cannot be spoken. {remedy}"


def _faults_of_keys(words: str, name: str) -> Iterator[str]:
    """The keys that a prompt offers stand in its words."""
    needed = set() if name in WITHOUT_KEYS else {each for each in CATALOGUE[name].english if each.isdecimal()}
    for key in sorted(needed - set(words)):
        yield f"it does not name the key {key}. Add it, as a digit."


def _faults_of_blanks(found: list[tuple[str, str]], name: str) -> Iterator[str]:
    known = blanks(CATALOGUE[name].english)
    for field, format in found:
        if field not in known:
            there = ", ".join(f"{{{blank}}}" for blank in sorted(known)) or "none"
            yield f"{{{field}}} is not a blank of this prompt. {_nearest(field, known, f'Its blanks: {there}.')}"
        elif format:
            yield f"{{{field}}} is filled in as it is. Write it without {format!r}."
    if len(found) > MOST_BLANKS:
        yield f"it has {len(found)} blanks. Keep {MOST_BLANKS} at most."
    for blank in sorted(known - MAY_BE_LEFT_OUT - {field for field, _ in found}):
        yield f"{{{blank}}} is missing. Callers or technicians need to hear it. Add it."


def _nearest(wrong: str, known: Iterable[str], otherwise: str) -> str:
    near = get_close_matches(wrong, list(known), 1, 0.6)
    return f'Did you mean "{near[0]}"?' if near else otherwise
