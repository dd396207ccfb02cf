"""The public forms are limited by network and in total."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callbacks.announcements.form_throttle import FROM_ONE, IN_ALL, FormThrottle

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)


def test_one_network_is_limited_and_others_are_not() -> None:
    throttle = FormThrottle()
    assert [throttle.allows("1.2.3.4", NOW) for _ in range(FROM_ONE.amount + 1)] == [True] * FROM_ONE.amount + [False]
    assert throttle.allows("1.2.3.5", NOW)
    assert throttle.allows("1.2.3.4", NOW + timedelta(hours=1))


def test_all_together_are_limited() -> None:
    throttle = FormThrottle()
    allowed = [throttle.allows(f"2001:db8:{number:x}::/64", NOW) for number in range(IN_ALL.amount + 5)]
    assert allowed.count(True) == IN_ALL.amount
