"""Text in both languages."""

from __future__ import annotations

import pytest

from callbacks.text.bilingual import Words


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Thank you"), ("fr", "Merci"), ("de", "Thank you"), ("", "Thank you")]
)
def test_any_language_but_french_is_english(language: str, text: str) -> None:
    assert Words("Thank you", "Merci").for_(language) == text
