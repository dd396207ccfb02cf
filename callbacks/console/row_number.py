"""The number of a row in an address."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**31 - 1  # PostgreSQL's INTEGER


class RowNumber(IntegerConverter):
    """A number that the database can look up. Any other is not found."""

    def to_python(self, value: str) -> int:
        try:
            return row_number(value)
        except ValueError:
            raise ValidationError from None


def row_number(text: str) -> int:
    """Return the number that a text is. Raise ValueError for one that no row can have."""
    if not text.isdecimal() or len(text) > len(str(LARGEST)) or int(text) > LARGEST:
        raise ValueError
    return int(text)
