"""Which numbers may be rung."""

from __future__ import annotations

import pytest

from callbacks.logs import masked
from callbacks.text.formats import readable_number
from callbacks.text.phone_numbers import callable_number, technician_number


@pytest.mark.parametrize("caller", ["+15145550199", "+12125550123", "+18005550199", "+16045550123"])
def test_an_ordinary_number_may_be_rung(caller: str) -> None:
    assert callable_number(caller) == caller


@pytest.mark.parametrize(
    "caller",
    [
        "",
        "ANONYMOUS",
        "anonymous",
        "+266696687",  # "ANONYMOUS" keyed
        "+7378742883",
        "+86282452253",
        "+256656",
        "sip:someone@example.com",
        "client:Bob",
        "+19005550123",  # premium
        "+18765550123",  # Jamaica
        "+18095550123",  # Dominican Republic
        "+12645550123",  # Anguilla
        "+881612345678",  # satellite
        "+37255512345",
        "+1514555",  # too short
        "+1514555019919",
        "911",
        "+1 514 555 0199",
        "15145550199",
        "+15145550199\x00",
        "+" + "9" * 5000,
    ],
)
def test_anything_else_may_not(caller: str) -> None:
    assert callable_number(caller) is None


def test_a_technicians_number_is_taken_in_any_notation() -> None:
    assert technician_number("(514) 555-0101") == technician_number("+1 514 555 0101") == "+15145550101"
    with pytest.raises(ValueError, match="not a phone number"):
        technician_number("five one four")


def test_numbers_are_read_and_hidden() -> None:
    assert readable_number("+15145550199") == "(514) 555-0199"
    assert readable_number("ANONYMOUS") == "ANONYMOUS"
    assert masked("+15145550199") == "…99"
