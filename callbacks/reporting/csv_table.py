"""The numbers of a figure as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callbacks.text.csv_text import csv_of


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
