"""Templates: their blanks, and what may be wrong with them."""

from __future__ import annotations

import pytest

from callbacks.text.templates import (
    Rules,
    blanks,
    count_of_blanks,
    fault_of_form,
    faults_of_blanks,
    nearest,
    words_around_blanks,
)

RULES = Rules("note", "Write something.", "Readers need it.", {"name"})
SHIPPED = "{name}, {reference} is due by {due}."


def test_the_blanks_and_the_words_around_them() -> None:
    assert blanks(SHIPPED) == {"name", "reference", "due"}
    assert words_around_blanks(SHIPPED) == ",  is due by ."
    assert count_of_blanks("{due} {due}") == 2


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("Hi {name}", None),
        (" ?", "it says nothing. Write something."),
        ("Hi {", "a brace is alone. Write each blank as {name}, and no other braces."),
    ],
)
def test_a_template_that_cannot_be_read_has_a_fault(template: str, fault: str | None) -> None:
    assert fault_of_form(template, RULES) == fault


@pytest.mark.parametrize(
    ("template", "faults"),
    [
        ("{reference} {due}", []),
        ("{due}", ["{reference} is missing. Readers need it. Add it."]),
        ("{reference} {due:>9}", ["{due} is filled in as it is. Write it without ':>9'."]),
        ("{reference} {due} {nam}", ['{nam} is not a blank of this note. Did you mean "name"?']),
        ("{reference} {due} {x}", ["{x} is not a blank of this note. Its blanks: {due}, {name}, {reference}."]),
    ],
)
def test_blanks_are_known_unchanged_and_there(template: str, faults: list[str]) -> None:
    assert list(faults_of_blanks(template, SHIPPED, RULES)) == faults


def test_the_nearest_name_is_offered() -> None:
    assert nearest("greting", ["greeting", "goodbye"], "none") == 'Did you mean "greeting"?'
    assert nearest("xyzzy", ["greeting"], "none") == "none"
