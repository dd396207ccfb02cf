"""SIDs are two letters and 32 hexadecimal digits, and nothing else."""

from __future__ import annotations

import pytest

from callbacks.text.sids import CALL, TEXTS, is_sid

DIGITS = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"CA{DIGITS}", True),
        (f"CA{DIGITS}0", False),
        (f"CA{DIGITS[1:]}", False),
        (f"CA{DIGITS}\n", False),
        (f" CA{DIGITS}", False),
        (f"CA{DIGITS.upper()}", False),
        (f"ca{DIGITS}", False),
        (f"SM{DIGITS}", False),
        (f"CA{'٣' * 32}", False),
        ("CA", False),
        ("", False),
    ],
)
def test_a_sid_of_a_call(text: str, is_one: bool) -> None:
    assert is_sid(text, CALL) is is_one


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_has_one_of_two_kinds(kind: str) -> None:
    assert is_sid(kind + DIGITS, *TEXTS)
    assert not is_sid(kind + DIGITS, CALL)
