"""Whether there is any number to call."""

from __future__ import annotations

import pytest

from callbacks.db.tables import Call
from callbacks.lifecycle.reachability import has_no_number


@pytest.mark.parametrize(
    ("caller", "customer_number", "expected"),
    [
        ("+15145550199", "+15145550199", False),
        ("+15145550199", None, True),  # a wrong number
        ("anonymous", None, True),
        ("anonymous", "+15145550142", False),  # heard in the message
        ("+442079460000", None, False),  # needs consent
        ("+442079460000", "+442079460000", False),
        ("", None, True),
    ],
)
def test_a_number_that_needs_consent_is_a_number(caller: str, customer_number: str | None, expected: bool) -> None:
    assert has_no_number(Call(caller=caller, customer_number=customer_number)) is expected
