"""A number in an address that is larger than any row's is not found."""

from __future__ import annotations

import pytest
from werkzeug.routing import Map, ValidationError

from callbacks.console.row_number import LARGEST, RowNumber
from tests.callbacks.console.console import Console


def test_a_number_that_a_row_may_have_is_accepted() -> None:
    assert [RowNumber(Map()).to_python(text) for text in ("0", "12", str(LARGEST))] == [0, 12, LARGEST]


@pytest.mark.parametrize("number", [LARGEST + 1, 2**63, 10**30 - 1])
def test_a_number_that_no_row_can_have_is_not_found(sue: Console, number: int) -> None:
    assert sue.client.get(f"/voicemails/{number}.wav").status_code == 404
    assert sue.posts(f"/people/{number}/test", {}).status_code == 404


def test_thousands_of_digits_are_not_converted() -> None:
    with pytest.raises(ValidationError):
        RowNumber(Map()).to_python("9" * 5000)
