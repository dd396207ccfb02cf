"""The throttle: ten attempts a minute from one address, sixty in all, and a known browser counted by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.people.lockout import Origin
from callbacks.people.login_throttle import LoginThrottle

NOW = datetime(2026, 11, 29, 3, 12, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def throttle() -> LoginThrottle:
    return LoginThrottle()


def allowed(throttle: LoginThrottle, origin: Origin, tries: int, now: datetime = NOW) -> int:
    return sum(throttle.allows(origin, now) for _ in range(tries))


def test_one_address_has_ten_attempts_a_minute(throttle: LoginThrottle) -> None:
    one, other = Origin("192.0.2.1"), Origin("192.0.2.2")
    assert allowed(throttle, one, 60) == 10
    assert allowed(throttle, other, 1) == 1
    assert allowed(throttle, one, 60, NOW + MINUTE) == 10


def test_all_addresses_together_have_sixty(throttle: LoginThrottle) -> None:
    assert sum(allowed(throttle, Origin(f"192.0.2.{n}"), 2) for n in range(60)) == 60
    assert allowed(throttle, Origin("198.51.100.1"), 1, NOW + MINUTE) == 1


def test_one_address_cannot_use_up_what_all_have(throttle: LoginThrottle) -> None:
    allowed(throttle, Origin("192.0.2.1"), 1000)
    assert allowed(throttle, Origin("192.0.2.2"), 5) == 5


def test_nobody_uses_up_the_attempts_of_a_known_browser(throttle: LoginThrottle) -> None:
    for n in range(60):
        allowed(throttle, Origin(f"192.0.2.{n}"), 10)
    assert allowed(throttle, Origin("192.0.2.1", "sues browser"), 20) == 10
    assert allowed(throttle, Origin("192.0.2.1"), 1) == 0


def test_a_record_is_made_once_a_minute_for_each_subject(throttle: LoginThrottle) -> None:
    assert [throttle.is_first(NOW, "locked", "sue", "192.0.2.1") for _ in range(3)] == [True, False, False]
    assert throttle.is_first(NOW, "locked", "sue", "192.0.2.2")
    assert throttle.is_first(NOW + MINUTE, "locked", "sue", "192.0.2.1")
    assert sum(throttle.allows_record(NOW) for _ in range(100)) == 10
