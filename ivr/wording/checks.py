"""What may be wrong with a desk's own wording and voices, each fault with its remedy."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from callbacks.desk.customer_templates import template_faults
from callbacks.desk.desk_file import Desk
from callbacks.text.templates import (
    Rules,
    count_of_blanks,
    fault_of_form,
    faults_of_blanks,
    nearest,
    words_around_blanks,
)
from ivr.twilio.voices import why_not
from ivr.wording.catalogue import CATALOGUE, PROMPTS, TEMPLATES

# Twilio speaks 4,096 characters in one verb, markup and filled blanks included, and takes 64 kB in one document.
LONGEST_PROMPT = 1000
MOST_BLANKS = 8
# The wording may do without these. Any other blank has what the caller or the technician needs.
MAY_BE_LEFT_OUT = {"company", "name"}
RULES = Rules("prompt", "Write what is spoken.", "Callers or technicians need to hear it.", MAY_BE_LEFT_OUT)
KINDS = {"texts": "text", "mails": "mail"}  # by the first part of a name
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
            kind = KINDS.get(name.partition(".")[0], RULES.kind)
            yield f"wording.{name}: there is no such {kind}. {nearest(name, CATALOGUE, 'See: python app.py wording.')}"
        elif name in PROMPTS:
            for language, template in (("en", own.en), ("fr", own.fr)):
                yield from (f"wording.{name}.{language}: {fault}" for fault in _faults(template, name))
    yield from template_faults(desk, TEMPLATES)


def _faults(template: str, name: str) -> Iterator[str]:
    fault = fault_of_form(template, RULES)
    if fault is not None:
        yield fault
        return
    if len(template) > LONGEST_PROMPT:
        yield f"it has {len(template)} characters. Shorten it to {LONGEST_PROMPT}."
    words = words_around_blanks(template)
    yield from _faults_of_characters(words)
    yield from _faults_of_keys(words, name)
    yield from faults_of_blanks(template, PROMPTS[name].english, RULES)
    count = count_of_blanks(template)
    if count > MOST_BLANKS:
        yield f"it has {count} blanks. Keep {MOST_BLANKS} at most."


def _faults_of_characters(words: str) -> Iterator[str]:
    for character in dict.fromkeys(words):
        if character in PUNCTUATION or unicodedata.category(character) in LETTERS:
            continue
        remedy = f"Write {IN_WORDS[character]}." if character in IN_WORDS else "Leave it out."
        yield f"{character!r} cannot be spoken. {remedy}"


def _faults_of_keys(words: str, name: str) -> Iterator[str]:
    """The keys that a prompt offers stand in its words."""
    needed = set() if name in WITHOUT_KEYS else {each for each in PROMPTS[name].english if each.isdecimal()}
    for key in sorted(needed - set(words)):
        yield f"it does not name the key {key}. Add it, as a digit."
