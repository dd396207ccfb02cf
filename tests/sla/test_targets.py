"""What is promised, and when that makes it due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla.targets import AFTER_HOURS, Target, due_at
from tests.sla.desk import DESK, local

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("called_at", "due"),
    [
        ("2026-11-28 22:00", "2026-11-28 22:30"),
        ("2026-12-25 03:10", "2026-12-25 03:40"),
        ("2026-03-08 01:45", "2026-03-08 03:15"),  # half an hour over the hour that is skipped
        ("2026-11-01 01:45", "2026-11-01 01:15*"),  # and into the one that is repeated
        ("2026-11-01 01:45*", "2026-11-01 02:15"),
    ],
)
def test_after_hours_a_call_is_returned_within_thirty_real_minutes(called_at: str, due: str) -> None:
    assert due_at(AFTER_HOURS, local(called_at), DESK) == local(due)


def test_a_target_in_business_time_is_due_while_open() -> None:
    assert due_at(Target(HOUR, business_time=True), local("2026-11-28 22:00"), DESK) == local("2026-11-30 09:30")


def test_a_target_of_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="A target of 0:00:00 cannot be kept"):
        Target(timedelta(0))
    with pytest.raises(ValueError, match="cannot be kept"):
        Target(-HOUR)


def test_a_warning_comes_before_the_due_instant() -> None:
    assert Target(HOUR).warning == timedelta(minutes=45)
    with pytest.raises(ValueError, match="cannot be at risk after 2:00:00"):
        Target(HOUR, at_risk_after=2 * HOUR)
