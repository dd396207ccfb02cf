"""The verbs: one that could not work cannot be made."""

from __future__ import annotations

import pytest

from ivr.twilio.verbs import Gather


@pytest.mark.parametrize("action", ["", "/voice/menu", "voice/menu"])
def test_a_gather_needs_an_absolute_url(action: str) -> None:
    with pytest.raises(ValueError, match="absolute URL"):
        Gather(action, ())
