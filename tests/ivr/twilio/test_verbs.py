"""The verbs: one that could not work cannot be made."""

from __future__ import annotations

import pytest

from ivr.twilio.verbs import Dial, Gather


@pytest.mark.parametrize("action", ["", "/voice/menu", "voice/menu"])
def test_a_gather_needs_an_absolute_url(action: str) -> None:
    with pytest.raises(ValueError, match="absolute URL"):
        Gather(action, ())


@pytest.mark.parametrize("count", [0, 11])
def test_a_dial_calls_one_to_ten_numbers(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 10 numbers"):
        Dial(("+15145550101",) * count, "https://d/a", "+15148458474", 20)
