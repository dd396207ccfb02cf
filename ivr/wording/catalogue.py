"""All wording by its name, as a desk's wording file names it: `greeting`, `how_it_ended.busy`, `texts.subscribed`."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping

from callbacks.announcements import wording
from callbacks.desk.customer_templates import CustomerTemplate, templates_in
from callbacks.desk.desk_file import Desk
from callbacks.paging import customer_wording
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


PROMPTS: Mapping[str, Words] = dict(_prompts())
TEMPLATES: Mapping[str, CustomerTemplate] = templates_in(customer_wording, wording)
CATALOGUE: Mapping[str, Words] = {**PROMPTS, **{name: template.shipped for name, template in TEMPLATES.items()}}


def own_prompts(desk: Desk) -> Wording:
    """Return a desk's own prompts, by those that they replace."""
    return {words: desk.own_words(name, words) for name, words in PROMPTS.items() if name in desk.wording}
