"""What people choose from: priorities with their meaning and examples, products with their coverage."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest

from callbacks.db.states import Coverage, PriorityLevel
from callbacks.desk.choices import coverage_words, priority_choices, product_choices
from callbacks.desk.desk_file import Desk, desk_from
from callbacks.errors import BrokenDesk

FILE = Path("support.toml")
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))


def desk_with(**p2: object) -> Desk:
    content = copy.deepcopy(CONTENT)
    for name in ("meaning", "examples"):
        del content["priorities"]["P2"][name]
    content["priorities"]["P2"] |= p2
    return desk_from(content, FILE)


def test_a_priority_has_its_meaning_and_examples_in_both_languages() -> None:
    first, *others = priority_choices(desk_from(CONTENT, FILE))
    assert (first.level, [each.level.value for each in others]) == (PriorityLevel.P1, ["P2", "P3"])
    assert first.name.english == "P1, critical"
    assert first.meaning.french.startswith("une fonction majeure")
    assert first.in_a_line.english.startswith(
        "P1, critical: major functionality severely impaired, usually for everyone. For example: no mail flow, "
    )
    assert ". Par exemple : plus aucun courriel ne circule, " in first.in_a_line.french


def test_meaning_and_examples_may_be_left_out() -> None:
    assert priority_choices(desk_with())[1].in_a_line.french == "P2, élevée"
    assert priority_choices(desk_with(examples="slow"))[1].in_a_line.english == "P2, high. For example: slow"
    assert priority_choices(desk_with(meaning="bad"))[1].in_a_line.english == "P2, high: bad"


def test_a_text_that_is_written_once_is_the_same_in_both_languages() -> None:
    desk = desk_with(name="high", examples="slow")
    assert priority_choices(desk)[1].in_a_line.french == "P2, high. Par exemple : slow"
    assert desk.promises[PriorityLevel.P2].meaning == "high"


def test_one_language_alone_is_refused() -> None:
    with pytest.raises(BrokenDesk, match=r"priorities\.P2\.examples: fr is missing"):
        desk_with(examples={"en": "slow"})


def test_products_are_listed_by_coverage() -> None:
    covered, courtesy, billable = product_choices(desk_from(CONTENT, FILE))
    assert (covered.coverage, courtesy.coverage, billable.coverage) == (
        Coverage.COVERED,
        Coverage.COURTESY,
        Coverage.BILLABLE,
    )
    assert "Red Sift OnDMARC" in covered.products
    assert (courtesy.name.english, courtesy.name.french) == ("courtesy", "courtoisie")


def test_a_coverage_without_products_is_not_offered() -> None:
    desk = desk_from({**CONTENT, "coverage": {"covered": ["Widget"]}}, FILE)
    assert [each.coverage for each in product_choices(desk)] == [Coverage.COVERED]


def test_no_coverage_has_no_words() -> None:
    assert (coverage_words(Coverage.NONE).english, coverage_words(Coverage.BILLABLE).french) == ("", "facturable")
