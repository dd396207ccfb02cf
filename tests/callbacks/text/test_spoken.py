"""Text in parts that a voice says in a way of their own."""

from __future__ import annotations

from callbacks.text.spoken import Part, SayAs, Spoken, digits, parts_of, said_as


def test_spoken_text_is_a_string_of_what_is_read() -> None:
    spoken = Spoken.of([Part("by "), Part("22 h 42", alias="22 heures 42"), Part("")])
    assert spoken == "by 22 h 42"
    assert parts_of(spoken) == (Part("by "), Part("22 h 42", alias="22 heures 42"))


def test_plain_neighbours_are_one_part() -> None:
    assert parts_of(Spoken.of([Part("a"), Part("b"), Part("1", SayAs.DIGITS), Part("c")])) == (
        Part("ab"),
        Part("1", SayAs.DIGITS),
        Part("c"),
    )


def test_a_string_is_one_plain_part_and_an_empty_one_is_none() -> None:
    assert parts_of("hello") == (Part("hello"),)
    assert parts_of("") == ()


def test_only_digits_are_said_one_by_one() -> None:
    assert parts_of(digits("+44 20")) == (
        Part("+"),
        Part("44", SayAs.DIGITS),
        Part(" "),
        Part("20", SayAs.DIGITS),
    )


def test_an_alias_that_says_the_same_is_no_part_of_its_own() -> None:
    assert parts_of(said_as("minuit", "minuit")) == (Part("minuit"),)
    assert parts_of(said_as("0 h", "minuit")) == (Part("0 h", alias="minuit"),)
