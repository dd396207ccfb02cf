"""Calls that perhaps no person made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from callbacks.acts.robots import is_perhaps_a_robot, next_morning
from callbacks.desk.desk_file import read_desk


@pytest.mark.parametrize("attestation", ["", "TN-Validation-Passed-A-Diverted", "TN-Validation-Passed-C", "NULL"])
def test_only_a_call_without_any_sign_of_a_person_is_perhaps_a_robot(attestation: str) -> None:
    nothing = partial(
        is_perhaps_a_robot, key_pressed=False, attestation=attestation, webhooks_missed=False, has_spoken=False
    )
    assert nothing()
    assert not nothing(key_pressed=True)
    assert not nothing(has_spoken=True)
    assert not nothing(webhooks_missed=True)
    assert not nothing(attestation="TN-Validation-Passed-B")


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
