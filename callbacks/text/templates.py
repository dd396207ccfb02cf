"""Templates: wording with named blanks, such as "Thank you for calling {company}.", and what may be wrong with them."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Rules:
    """What holds for every template of one kind."""

    kind: str  # "prompt"
    says_nothing: str  # the remedy of a template without words
    is_needed: str  # why a blank must stay
    may_be_left_out: Collection[str]  # blanks


def blanks(template: str) -> set[str]:
    """Return the names of the blanks of a template. Raise ValueError if a brace is alone."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def words_around_blanks(template: str) -> str:
    """Return a template without its blanks. Raise ValueError if a brace is alone."""
    return "".join(words for words, *_ in string.Formatter().parse(template))


def fault_of_form(template: str, rules: Rules) -> str | None:
    """Return why a template cannot be read at all."""
    if not any(character.isalnum() for character in template):
        return f"it says nothing. {rules.says_nothing}"
    try:
        blanks(template)
    except ValueError:
        return "a brace is alone. Write each blank as {name}, and no other braces."
    return None


def faults_of_blanks(template: str, shipped: str, rules: Rules) -> Iterator[str]:
    """Yield what is wrong with the blanks of a template that stands in the place of one as shipped."""
    known, found = blanks(shipped), list(_blanks_with_formats(template))
    for name, format in found:
        if name not in known:
            there = ", ".join(f"{{{blank}}}" for blank in sorted(known)) or "none"
            yield f"{{{name}}} is not a blank of this {rules.kind}. {nearest(name, known, f'Its blanks: {there}.')}"
        elif format:
            yield f"{{{name}}} is filled in as it is. Write it without {format!r}."
    for blank in sorted(known - set(rules.may_be_left_out) - {name for name, _ in found}):
        yield f"{{{blank}}} is missing. {rules.is_needed} Add it."


def count_of_blanks(template: str) -> int:
    """Return how often something is filled in."""
    return len(list(_blanks_with_formats(template)))


def _blanks_with_formats(template: str) -> Iterator[tuple[str, str]]:
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is not None:
            yield name, f"{'!' if conversion else ''}{conversion or ''}{':' if spec else ''}{spec or ''}"


def nearest(wrong: str, known: Iterable[str], otherwise: str) -> str:
    """Return the question whether something known was meant."""
    near = get_close_matches(wrong, list(known), 1, 0.6)
    return f'Did you mean "{near[0]}"?' if near else otherwise
