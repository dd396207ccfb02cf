"""The number of a row in an address."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**31 - 1  # PostgreSQL's INTEGER


class RowNumber(IntegerConverter):
    """A number that the database can look up. Any other is not found."""

    def to_python(self, value: str) -> int:
        # The length first: Python refuses to convert thousands of digits, with an error that no router expects.
        if len(value) > len(str(LARGEST)) or int(value) > LARGEST:
            raise ValidationError
        return int(value)
