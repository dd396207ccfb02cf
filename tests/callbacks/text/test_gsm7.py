"""Letters that a text cannot hold are folded, and nothing goes out in three segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.text.gsm7 import (
    EXTENSIONS,
    LETTERS,
    TWO_SEGMENTS,
    first_that_fits,
    folded,
    for_text_message,
    shortened,
    size,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("François Lebœuf", "Francois Leboeuf"),
        ("Ça, é è à ù É", "Ça, é è à ù É"),
        ("être, île, hôte, Noël, dû", "etre, ile, hote, Noel, du"),
        ("e\u0301te\u0301", "été"),  # accents as characters of their own
        ("“don’t” – 22\u202fh\u00a042…", '"don\'t" - 22 h 42...'),
        ("1\u202f234 €", "1 234 €"),
        ("李 👍", "? ?"),
    ],
)
def test_letters_that_a_text_lacks_are_folded(text: str, expected: str) -> None:
    assert folded(text) == expected


def test_a_letter_of_the_extension_counts_as_two() -> None:
    assert size("a[b]€") == 8


@given(st.text(max_size=800))
def test_every_text_message_is_in_the_alphabet_and_fits(text: str) -> None:
    sent = for_text_message(text)
    assert set(sent) <= LETTERS | EXTENSIONS
    assert size(sent) <= TWO_SEGMENTS


@given(st.text(), st.integers(min_value=3, max_value=60))
def test_a_shortened_text_has_at_most_the_length_asked_for(text: str, longest: int) -> None:
    cut = shortened(text, longest)
    assert size(cut) <= longest
    assert cut == text or cut.endswith("...")


def test_of_several_versions_the_first_that_fits_is_taken_and_else_the_last() -> None:
    assert first_that_fits("x" * 400, "y" * 306, "z") == "y" * 306
    assert first_that_fits("x" * 400, "y" * 400) == "y" * 400
