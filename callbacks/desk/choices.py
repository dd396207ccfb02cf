"""What people choose from for a callback, in both languages: the priorities, and the products by coverage. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callbacks.db.states import Coverage, PriorityLevel
from callbacks.desk.desk_file import Desk, Language
from callbacks.text.bilingual import Words

COVERAGES: Mapping[Coverage, Words] = {
    Coverage.COVERED: Words("covered", "couvert"),
    Coverage.COURTESY: Words("courtesy", "courtoisie"),
    Coverage.BILLABLE: Words("billable", "facturable"),
}
EXAMPLES = Words("For example: {examples}", "Par exemple : {examples}")
NOTHING = Words("", "")


@dataclass(frozen=True)
class PriorityChoice:
    """A priority, with what the desk file says of it."""

    level: PriorityLevel
    name: Words  # "P1, critical"
    meaning: Words
    examples: Words  # "For example: no mail flow"; "" without any

    @property
    def in_a_line(self) -> Words:
        """Everything in one line: "P1, critical: no mail flow for anybody. For example: ..."."""
        return Words(*(self._line(language) for language in ("en", "fr")))

    def _line(self, language: str) -> str:
        colon = " : " if language == "fr" else ": "
        named = colon.join(filter(None, [self.name.for_(language), self.meaning.for_(language)]))
        return ". ".join(filter(None, [named, self.examples.for_(language)]))


@dataclass(frozen=True)
class ProductChoice:
    """The products of one coverage, which is what they are proposed with."""

    coverage: Coverage
    name: Words
    products: Sequence[str]


def priority_choices(desk: Desk) -> Sequence[PriorityChoice]:
    """Return every priority, the most urgent first."""
    found = []
    for level in PriorityLevel:
        targets = desk.priorities[level]
        name = Words(*(f"{level.value}, {targets.name[language]}" for language in ("en", "fr")))
        found.append(PriorityChoice(level, name, _words(targets.meaning), _examples(_words(targets.examples))))
    return found


def product_choices(desk: Desk) -> Sequence[ProductChoice]:
    """Return the products that a callback can be about, by how they are covered."""
    by_coverage = desk.coverage.by_coverage
    return [ProductChoice(each, COVERAGES[each], by_coverage[each]) for each in COVERAGES if by_coverage[each]]


def coverage_words(coverage: Coverage) -> Words:
    """Return a coverage in words; "" while no product is recorded."""
    return COVERAGES.get(coverage, NOTHING)


def _words(text: Mapping[Language, str]) -> Words:
    return Words(text["en"], text["fr"]) if text else NOTHING


def _examples(examples: Words) -> Words:
    if not examples.english:
        return NOTHING
    english, french = (EXAMPLES.for_(language).format(examples=examples.for_(language)) for language in ("en", "fr"))
    return Words(english, french)
