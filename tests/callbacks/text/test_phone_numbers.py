"""Which numbers may be called."""

from __future__ import annotations

import pytest

from callbacks.logs import masked
from callbacks.text.formats import readable_number
from callbacks.text.phone_numbers import (
    NumberCheck,
    callable_number,
    check_number,
    check_written_number,
    technician_number,
)


@pytest.mark.parametrize("caller", ["+15145550199", "+12125550123", "+18005550199", "+16045550123"])
def test_an_ordinary_number_may_be_called_without_consent(caller: str) -> None:
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


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        ("+19005550123", "premium-rate"),
        ("+18765550123", "abroad (JM), which only looks domestic"),
        ("+33142685300", "abroad (FR)"),
        ("+881612345678", "satellite"),
    ],
)
def test_an_expensive_or_foreign_number_needs_consent(caller: str, why: str) -> None:
    check = check_number(caller)
    assert (check.number, check.needs_consent) == (caller, True)
    assert why in check.why


@pytest.mark.parametrize("caller", ["", "ANONYMOUS", "+266696687", "+15145550199\x00", "+1999"])
def test_what_is_not_a_number_is_never_called(caller: str) -> None:
    check = check_number(caller)
    assert (check.number, check.needs_consent) == (None, False)
    assert check.why


def test_a_number_that_a_person_types_may_be_in_any_notation() -> None:
    assert check_written_number("(514) 555-0199") == NumberCheck("+15145550199")
    assert check_written_number("+33 1 42 68 53 00").needs_consent
    assert check_written_number("five one four").why == "that is not a phone number"
    assert check_written_number("514 555").why == "there is no such number"


def test_a_technicians_number_is_taken_in_any_notation() -> None:
    assert technician_number("(514) 555-0101") == technician_number("+1 514 555 0101") == "+15145550101"
    with pytest.raises(ValueError, match="not a phone number"):
        technician_number("five one four")
    with pytest.raises(ValueError, match="premium or satellite"):
        technician_number("+19005550123")


def test_numbers_are_read_and_hidden() -> None:
    assert readable_number("+15145550199") == "(514) 555-0199"
    assert readable_number("ANONYMOUS") == "ANONYMOUS"
    assert masked("+15145550199") == "…99"
