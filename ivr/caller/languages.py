"""Which language a key leads to, for a caller who hears the menu in one of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

from callbacks.desk.desk_file import Language

Choice = TypeVar("Choice", bound=str)
NAMES: Mapping[Language, Literal["english", "french"]] = {"en": "english", "fr": "french"}


def other(language: Language) -> Language:
    return "en" if language == "fr" else "fr"


def offered(choices: Mapping[str, Choice], heard: Language) -> Mapping[str, Choice]:
    """Return where each key leads.

    A caller whose language is known hears the menu in it. So the key for the language that they hear leads to the
    other one, unless that has a key of its own; then nothing is offered that changes nothing.
    """
    own, another = NAMES[heard], NAMES[other(heard)]
    if another in choices.values():
        return {key: choice for key, choice in choices.items() if choice != own}
    return {key: another if choice == own else choice for key, choice in choices.items()}  # type: ignore[misc]
