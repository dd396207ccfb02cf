"""What is typed about a customer is tidied, and refused where it cannot be stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.customers.details import Details, answer_in, checked, language_of, one_line, several_lines, values_in
from callbacks.errors import WrongState


def test_it_is_tidied() -> None:
    typed = Details("  Jane\t Roy ", "Ac\x00me\x7f\uffff", " FR ", True, (" a ; b", "b", ""), " one \r\n\ttwo\x0b\n")
    assert checked(typed) == Details("Jane Roy", "Acme", "fr", True, ("a", "b"), "one\n two")


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        (Details(" ", "\x00"), "needs a name or a company"),
        (Details("x" * 101), "The name has 101 characters. At most 100"),
        (Details("x", "y" * 101), "The company has 101"),
        (Details("x", products=("p" * 501,)), "The list of products has 501"),
        (Details("x", notes="n" * 2001), "The text of the notes has 2001"),
        (Details("x", language="de"), "'de' is not a language. Write en or fr"),
    ],
)
def test_what_cannot_be_stored_is_refused(details: Details, problem: str) -> None:
    with pytest.raises(WrongState, match=problem):
        checked(details)


@pytest.mark.parametrize(
    ("typed", "language"), [("", ""), ("en", "en"), ("French", "fr"), ("Français", "fr"), ("ANGLAIS", "en")]
)
def test_languages_are_written_in_many_ways(typed: str, language: str) -> None:
    assert language_of(typed) == language


@pytest.mark.parametrize(("typed", "answer"), [("yes", True), ("Oui", True), ("1", True), ("NO", False), ("", False)])
def test_yes_and_no_are_written_in_many_ways(typed: str, answer: bool) -> None:
    assert answer_in(typed) is answer
    with pytest.raises(WrongState, match="neither yes nor no"):
        answer_in("perhaps")


@given(st.text())
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert several_lines(several_lines(text)) == several_lines(text)
    assert values_in(";".join(values_in(text))) == values_in(text)
