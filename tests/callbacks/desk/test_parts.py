"""What the sections of the desk file are made of."""

from __future__ import annotations

import pytest

from callbacks.desk.parts import both_languages, own_number


def test_a_number_is_written_as_the_carrier_takes_it() -> None:
    assert own_number("+1 (514) 555-0123") == "+15145550123"
    for wrong in ("514 555-0123", "sales", "+1"):
        with pytest.raises(ValueError, match="is not a phone number"):
            own_number(wrong)


def test_a_name_is_in_both_languages_or_in_none() -> None:
    assert both_languages({}) == {}
    with pytest.raises(ValueError, match="en is missing"):
        both_languages({"fr": "ventes"})
