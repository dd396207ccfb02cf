"""What is known of a customer, as it was typed or read from a file: tidied and checked. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from callbacks.errors import WrongState

LONGEST_NAME = 100
LONGEST_PRODUCTS, LONGEST_NOTES = 500, 2000
NO_XML = "\ufffe\uffff"
BETWEEN = ";"  # several values in one field
LANGUAGES = {
    **dict.fromkeys(("", "unknown"), ""),
    **dict.fromkeys(("en", "english", "anglais"), "en"),
    **dict.fromkeys(("fr", "french", "français", "francais"), "fr"),
}
ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "1", "oui", "o"), True),
    **dict.fromkeys(("", "no", "n", "false", "0", "non"), False),
}


@dataclass(frozen=True)
class Details:
    """What is known of a customer beside their numbers and addresses."""

    name: str = ""
    company: str = ""
    language: str = ""  # "en", "fr", or "" while it is not known
    is_trial: bool = False
    products: tuple[str, ...] = ()
    notes: str = ""


def checked(details: Details) -> Details:
    """Return tidied details. Raise WrongState for what cannot be stored, or without a name and a company."""
    tidied = Details(
        name=one_line(details.name),
        company=one_line(details.company),
        language=language_of(details.language),
        is_trial=details.is_trial,
        products=tuple(dict.fromkeys(product for each in details.products for product in products_in(each))),
        notes=several_lines(details.notes),
    )
    if not tidied.name and not tidied.company:
        raise WrongState("A customer needs a name or a company.")
    for what, value, longest in (
        ("name", tidied.name, LONGEST_NAME),
        ("company", tidied.company, LONGEST_NAME),
        ("list of products", BETWEEN.join(tidied.products), LONGEST_PRODUCTS),
        ("text of the notes", tidied.notes, LONGEST_NOTES),
    ):
        if len(value) > longest:
            raise WrongState(f"The {what} has {len(value)} characters. At most {longest} can be stored.")
    return tidied


def language_of(text: str) -> str:
    """Return "en", "fr", or "" for an unknown language. Raise WrongState."""
    try:
        return LANGUAGES[text.strip().casefold()]
    except KeyError:
        raise WrongState(f"{text[:40]!r} is not a language. Write en or fr, or leave it empty.") from None


def answer_in(text: str) -> bool:
    """Return what "yes" or "no" says. Raise WrongState."""
    try:
        return ANSWERS[text.strip().casefold()]
    except KeyError:
        raise WrongState(f"{text[:40]!r} says neither yes nor no. Write yes or no.") from None


def products_in(text: str) -> tuple[str, ...]:
    """Return the products in a field, each once."""
    return values_in(text)


def values_in(text: str) -> tuple[str, ...]:
    """Return the values in a field that may hold several, each once, in their order."""
    return tuple(dict.fromkeys(value for each in text.split(BETWEEN) if (value := one_line(each))))


def one_line(text: str) -> str:
    """Return a text in one line, without control characters and doubled spaces."""
    return " ".join(_printable(" ".join(text.split())).split())


def several_lines(text: str) -> str:
    """Return a text without control characters, spaces at the ends of its lines, and empty lines around it."""
    lines = [_printable(line.replace("\t", " ")).rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip()


def as_field(values: Iterable[str]) -> str:
    """Return several values as one field."""
    return BETWEEN.join(values)


def _printable(text: str) -> str:
    """Return a text without control characters and what XML cannot hold: names are spoken."""
    return "".join(each for each in text if unicodedata.category(each) not in ("Cc", "Cs") and each not in NO_XML)
