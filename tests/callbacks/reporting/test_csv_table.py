"""CSV: what a spreadsheet would take for a formula is text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.reporting.csv_table import FORMULA_STARTS, Table, csv_of, table_as_csv


def test_no_cell_of_a_table_is_a_formula() -> None:
    table = Table("load", "x", ("Person", "Pages"), [("=cmd|'/C calc'!A1", 3), ("+1", 4)])
    assert table_as_csv(table).splitlines() == ["Person,Pages", "'=cmd|'/C calc'!A1,3", "'+1,4"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-5", "'-5"),
        ("\t=1", "'\t=1"),
        ("5-3", "5-3"),
        (7, "7"),
    ],
)
def test_a_field_that_begins_like_a_formula_gets_an_apostrophe(value: str | int, written: str) -> None:
    assert csv_of(["a"], [[value]]) == f"a\n{written}\n"


TEXTS = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2)))
def test_whatever_is_written_is_read_back_and_is_never_a_formula(rows: list[list[str]]) -> None:
    header, *found = csv.reader(io.StringIO(csv_of(["a", "b"], rows), newline=""))
    assert header == ["a", "b"]
    assert not any(field.startswith(FORMULA_STARTS) for row in found for field in row)
    assert [[field.removeprefix("'") for field in row] for row in found] == [
        [field.removeprefix("'") for field in row] for row in rows
    ]
