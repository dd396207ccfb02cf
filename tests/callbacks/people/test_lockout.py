"""Locks: by account and address, in all for unknown browsers, and never for somebody else's known browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from callbacks.db.database import Database
from callbacks.db.tables import FailedLogin
from callbacks.people import lockout
from callbacks.people.lockout import Origin, Result

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE, THERE, KNOWN = Origin("192.0.2.1"), Origin("198.51.100.7"), Origin("192.0.2.1", "browser")
SUE = "sue@example.com"


def failures(count: int, origin: Origin = HERE, every: timedelta = timedelta(0)) -> list[FailedLogin]:
    """The last of them now."""
    ages = [every * n for n in reversed(range(count))]
    return [FailedLogin(at=NOW - age, peer=origin.peer, device=origin.device) for age in ages]


@pytest.mark.parametrize(
    ("count", "minutes"), [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (8, 40), (9, 60), (10, 60), (19, 60)]
)
def test_five_failures_lock_and_each_one_more_doubles_it(count: int, minutes: int) -> None:
    until = lockout.locked_until(failures(count), HERE, NOW)
    assert until == (NOW + minutes * MINUTE if minutes else None)


def test_a_lock_ends() -> None:
    assert lockout.locked_until(failures(5), HERE, NOW + 5 * MINUTE) is None


@pytest.mark.parametrize(
    ("failed", "origin", "is_locked"),
    [
        (failures(5), HERE, True),
        (failures(5), THERE, False),
        (failures(5), KNOWN, False),
        (failures(5, KNOWN), KNOWN, True),
        (failures(5, KNOWN), HERE, False),
        (failures(19, THERE), KNOWN, False),
    ],
)
def test_a_lock_is_for_who_failed(failed: Sequence[FailedLogin], origin: Origin, is_locked: bool) -> None:
    assert (lockout.locked_until(failed, origin, NOW) is not None) is is_locked


def from_many(count: int, every: timedelta) -> list[FailedLogin]:
    ages = [every * n for n in reversed(range(count))]
    return [FailedLogin(at=NOW - age, peer=f"198.51.100.{n}", device="") for n, age in enumerate(ages)]


def test_failures_from_many_addresses_lock_unknown_browsers_until_fewer_are_left_in_the_hour() -> None:
    failed = from_many(20, MINUTE)
    assert lockout.locked_until(failed, HERE, NOW) == NOW + 41 * MINUTE
    assert lockout.locked_until(failed, HERE, NOW + 41 * MINUTE) is None
    assert lockout.locked_until(failed, KNOWN, NOW) is None
    assert lockout.locked_until(from_many(19, MINUTE), HERE, NOW) is None
    assert lockout.locked_until(from_many(200, 4 * MINUTE), HERE, NOW) is None  # fifteen an hour


def attempt(
    database: Database,
    origin: Origin,
    is_right: bool,
    now: datetime = NOW,
    email: str = SUE,
    *,
    is_complete: bool = True,
) -> Result:
    return database.write(lambda s: lockout.count_attempt(s, email, origin, is_right, now, is_complete=is_complete))


def fails(database: Database, origin: Origin, times: int, now: datetime = NOW) -> list[Result]:
    return [attempt(database, origin, False, now) for _ in range(times)]


def test_the_result_of_an_attempt(database: Database) -> None:
    assert fails(database, HERE, 6) == [*[Result.WRONG] * 4, Result.NOW_LOCKED, Result.WAS_LOCKED]
    assert attempt(database, HERE, True) is Result.WAS_LOCKED
    assert attempt(database, KNOWN, True) is Result.RIGHT
    assert attempt(database, THERE, True) is Result.RIGHT
    later = NOW + 5 * MINUTE
    assert fails(database, HERE, 1, later) == [Result.NOW_LOCKED]
    assert attempt(database, HERE, True, later + 10 * MINUTE) is Result.RIGHT


def test_an_attempt_under_a_lock_does_not_prolong_it(database: Database) -> None:
    fails(database, HERE, 5)
    fails(database, HERE, 50, NOW + MINUTE)
    assert attempt(database, HERE, True, NOW + 5 * MINUTE) is Result.RIGHT


def test_a_complete_login_forgets_the_failures_of_its_own_origin_only(database: Database) -> None:
    fails(database, HERE, 4)
    fails(database, KNOWN, 4)
    attempt(database, HERE, True, is_complete=False)
    assert fails(database, HERE, 1) == [Result.NOW_LOCKED]
    attempt(database, KNOWN, True)
    assert fails(database, KNOWN, 4) == [Result.WRONG] * 4
    assert attempt(database, HERE, True) is Result.WAS_LOCKED


def test_an_address_that_nobody_has_is_locked_like_any_other(database: Database) -> None:
    results = [attempt(database, HERE, False, email="nobody@example.com") for _ in range(6)]
    assert results == [*[Result.WRONG] * 4, Result.NOW_LOCKED, Result.WAS_LOCKED]


def test_what_was_typed_is_not_stored(database: Database) -> None:
    attempt(database, HERE, False, email="my password in the wrong field")
    with database.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM failed_logins").all())
    assert "password" not in stored


def test_failures_are_counted_since_an_instant_and_removed_after_two_days(database: Database) -> None:
    fails(database, HERE, 2)
    fails(database, THERE, 1, NOW + MINUTE)

    def since(at: datetime | None) -> int:
        return database.read(lambda s: lockout.failures_since(s, SUE, at))

    assert (since(None), since(NOW), since(NOW + MINUTE)) == (3, 1, 0)
    attempt(database, THERE, False, NOW + timedelta(days=2), "other@example.com")
    assert since(None) == 1
    database.write(lambda s: lockout.forget_all(s, SUE))
    assert since(None) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),  # IPv4 on a socket for both
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:/run/desk.sock", "unix:/run/desk.sock"),
    ],
)
def test_an_ipv6_address_counts_as_its_network(address: str, network: str) -> None:
    assert lockout.network_of(address) == network
