"""The table of a figure as CSV."""

from __future__ import annotations

from callbacks.reporting.csv_table import Table, table_as_csv


def test_no_cell_of_a_table_is_a_formula() -> None:
    table = Table("load", "x", ("Person", "Pages"), [("=cmd|'/C calc'!A1", 3), ("+1", 4)])
    assert table_as_csv(table).splitlines() == ["Person,Pages", "'=cmd|'/C calc'!A1,3", "'+1,4"]
