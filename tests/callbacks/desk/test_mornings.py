"""The hour of the digest, also where the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.desk.desk_file import read_desk
from callbacks.desk.mornings import next_morning


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2026, 11, 29, 3, 12, tzinfo=UTC), datetime(2026, 11, 29, 13, tzinfo=UTC)),
        (datetime(2026, 11, 29, 13, tzinfo=UTC), datetime(2026, 11, 30, 13, tzinfo=UTC)),
        (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)),  # the clocks go forward
    ],
)
def test_the_morning_is_the_hour_of_the_digest(now: datetime, morning: datetime) -> None:
    assert next_morning(read_desk(Path("support.toml")), now) == morning
    assert morning - now <= timedelta(days=1)
