"""Tables as CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# What a spreadsheet takes for the start of a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """The numbers of one figure: what the screen shows and what the CSV holds."""

    name: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]


def table_as_csv(table: Table) -> str:
    """Return the table of a figure as CSV."""
    return csv_of(table.columns, table.rows)


def csv_of(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV. A field that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(_without_formula(str(value)) for value in row)
    return out.getvalue()


def _without_formula(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
