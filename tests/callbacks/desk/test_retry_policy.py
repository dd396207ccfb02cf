"""When a customer who was not reached is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.desk.retry_policy import Retry, RetryPolicy, next_opening_after, opening_from, retry
from tests.sla.desk import DESK, closure, local

POLICY = RetryPolicy((Retry(timedelta(minutes=15)), Retry(timedelta(hours=1)), Retry(None)), 3, timedelta(days=5))


@pytest.mark.parametrize(
    ("number", "tried_at", "due_at"),
    [
        (1, "2026-11-27 22:00", "2026-11-27 22:15"),
        (2, "2026-11-27 22:15", "2026-11-27 23:15"),
        (3, "2026-11-27 23:15", "2026-11-30 08:30"),  # a Friday night: Monday
        (4, "2026-11-30 08:40", "2026-12-01 08:30"),  # the last retry repeats
        (0, "2026-11-27 22:00", "2026-11-27 22:15"),  # the customer got in touch, and nobody has tried since
    ],
)
def test_each_retry_follows_the_attempt_before_it(number: int, tried_at: str, due_at: str) -> None:
    assert POLICY.due_at(number, local(tried_at), DESK) == local(due_at)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-27 07:00", "2026-11-27 08:30"),
        ("2026-11-27 08:30", "2026-11-30 08:30"),  # it is open: the next opening is another day's
        ("2026-11-27 18:00", "2026-11-30 08:30"),
    ],
)
def test_the_next_opening_is_never_now(at: str, opens: str) -> None:
    assert next_opening_after(local(at), DESK) == local(opens)


def test_a_desk_that_is_closed_for_years_is_looked_at_a_day_later() -> None:
    closed = DESK.with_closures((closure("2026-11-01 00:00", "2056-11-01 00:00"),))
    assert opening_from(local("2026-11-27 22:00"), closed) == local("2026-11-28 22:00")
    assert next_opening_after(local("2026-11-27 22:00"), closed) == local("2026-11-28 22:00")


def test_a_retry_is_a_duration_or_the_next_opening() -> None:
    assert retry("1h") == Retry(timedelta(hours=1))
    assert retry("next opening") == Retry(None)
    assert retry(Retry(None)) == Retry(None)


@pytest.mark.parametrize("text", ["4m", "soon", 15, None])
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"duration|not a time to try again"):
        retry(text)
