"""CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

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
# The same where the apostrophes that are there already count, so that they can be told from those that were added.
_BEGINS = rf"(?:\A|(?<={_BETWEEN}))"
_TO_GUARD = re.compile(rf"{_BEGINS}(?='*{_SIGN})|\A(?='*\t)")
_GUARDED = re.compile(rf"{_BEGINS}'(?='*{_SIGN})|\A'(?='*\t)")


def csv_of(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(value if isinstance(value, int | float) else _without_formula(str(value)) for value in row)
    return out.getvalue()


def guarded(text: str) -> str:
    """Return a text that `csv_of` writes as it is, and that `unguarded` turns back into the same text."""
    return _TO_GUARD.sub("'", text)


def unguarded(text: str) -> str:
    """Return a text without the apostrophes that `guarded` added."""
    return _GUARDED.sub("", text)


def _without_formula(text: str) -> str:
    # The csv module writes a lone carriage return without quotes, and readers take it for the end of a row.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    without = _INSIDE.sub("'", text)
    return f"'{without}" if _FIRST.match(text) else without
