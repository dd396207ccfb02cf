"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.text.duration import duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("20s", timedelta(seconds=20)),
        ("30m", timedelta(minutes=30)),
        (" 4h ", timedelta(hours=4)),
        ("5d", timedelta(days=5)),
        ("0m", timedelta(0)),
    ],
)
def test_a_number_and_a_unit_is_a_duration(text: str, length: timedelta) -> None:
    assert duration(text) == length
    assert duration(length) is length


@pytest.mark.parametrize("text", ["", "30", "m", "1.5h", "-1h", "1h30m", "1w", "9" * 7 + "d", 30, None])
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match='such as "30m"'):
        duration(text)
