"""Tables as CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# What a spreadsheet takes for the start of a formula (OWASP, "CSV injection"). Some also take the wide forms.
SIGNS = "=+-@|%＝＋－＠｜％﹦﹢﹣﹫﹪"
FORMULA_STARTS = (*SIGNS, "\t", "\r")
# What they skip in front of a cell, and where they begin another: a semicolon separates cells where the comma is the
# decimal sign, and then the quotes around ours do not count.
_SKIPPED = r"[ \t\xa0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff\"\x00-\x08\x0e-\x1b\x1f\x7f]*"
_BETWEEN = r"[;\n\v\f\x1c-\x1e\x85\u2028\u2029]"
_SIGN = rf"{_SKIPPED}[{re.escape(SIGNS)}]"
_FIRST = re.compile(rf"\t|(?:{_SKIPPED}{_BETWEEN})*{_SIGN}")
_INSIDE = re.compile(rf"(?<={_BETWEEN})(?={_SIGN})")


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
    """Return a table as CSV. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(value if isinstance(value, int | float) else _without_formula(str(value)) for value in row)
    return out.getvalue()


def _without_formula(text: str) -> str:
    # The csv module writes a lone carriage return without quotes, and readers take it for the end of a row.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    without = _INSIDE.sub("'", text)
    return f"'{without}" if _FIRST.match(text) else without
