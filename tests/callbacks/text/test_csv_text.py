"""CSV: what a spreadsheet would take for a formula is text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.text.csv_text import FORMULA_STARTS, csv_of, guarded, unguarded


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-5", "'-5"),
        ("\t=1", "'\t=1"),
        ("5-3", "5-3"),
        (7, "7"),
        (-7, "-7"),
        (-0.5, "-0.5"),
        (" =1", "' =1"),
        ("\u2003=1", "'\u2003=1"),
        ("\x00=1", "'\x00=1"),
        ("\ufeff@A1", "'\ufeff@A1"),
        ("|cmd", "'|cmd"),
        ("%0A", "'%0A"),
        ("＝1", "'＝1"),
        ("﹢1", "'﹢1"),
        (";=1", "';'=1"),
        (" ; ;\t=1", "' ; ;'\t=1"),
        ("up; =1", "up;' =1"),
        ("+15145550199", "'+15145550199"),
        ("down; then up", "down; then up"),
        ("a-b=c", "a-b=c"),
    ],
)
def test_a_field_that_begins_like_a_formula_gets_an_apostrophe(value: str | int, written: str) -> None:
    assert csv_of(["a"], [[value]]) == f"a\n{written}\n"


@pytest.mark.parametrize(
    ("value", "read"),
    [('"=1', "'\"=1"), ("up\n=1", "up\n'=1"), ("up\r\n +1", "up\n' +1"), ("up\r-1", "up\n'-1"), ("\r=1", "'\n'=1")],
)
def test_a_quote_or_a_new_line_hides_no_formula(value: str, read: str) -> None:
    assert list(csv.reader(io.StringIO(csv_of(["a"], [[value]]), newline="")))[1:] == [[read]]


# Mostly the characters that matter, and any other.
TEXTS = st.text(st.sampled_from("=+-@|%＝;, \t\n\"'0a\u2003\ufeff") | st.characters(exclude_categories=["Cs"]))
ROWS = st.lists(st.lists(TEXTS, min_size=2, max_size=2))
SKIPPED = "".join(chr(code) for code in range(0x10000) if chr(code).isspace()) + '\x00\u200b\ufeff"'


def words(field: str) -> str:
    """Return a field without apostrophes, and with one kind of line break."""
    return field.replace("'", "").replace("\r\n", "\n").replace("\r", "\n")


@given(ROWS)
def test_whatever_is_written_is_read_back(rows: list[list[str]]) -> None:
    header, *found = csv.reader(io.StringIO(csv_of(["a", "b"], rows), newline=""))
    assert header == ["a", "b"]
    assert [[words(field) for field in row] for row in found] == [[words(field) for field in row] for row in rows]


@given(ROWS)
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_is_a_formula_whatever_separates_them(separator: str, rows: list[list[str]]) -> None:
    for row in csv.reader(io.StringIO(csv_of(["a", "b"], rows), newline=""), delimiter=separator):
        assert not any(field.lstrip(SKIPPED).startswith(FORMULA_STARTS) for field in row)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("O'Neil", "O'Neil"),
        ("+15145550199;+15145550188", "'+15145550199;'+15145550188"),
        ("a; '=1", "a; '=1"),
        ("a; =1", "a;' =1"),
        ("'\t1", "''\t1"),
    ],
)
def test_a_guard_can_be_told_from_an_apostrophe_that_was_there(text: str, written: str) -> None:
    assert guarded(text) == written
    assert unguarded(written) == text


@given(TEXTS | st.text(st.sampled_from("'=;\n\t +a")))
def test_what_is_guarded_is_written_as_it_is_and_comes_back(text: str) -> None:
    text = text.replace("\r", "\n")
    assert list(csv.reader(io.StringIO(csv_of(["a"], [[guarded(text), "x"]]), newline="")))[1][0] == guarded(text)
    assert unguarded(guarded(text)) == text
