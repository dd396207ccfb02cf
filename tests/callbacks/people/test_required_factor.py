"""Who must have a second factor, and by when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.db.states import Role
from callbacks.db.tables import Passkey, User
from callbacks.people import required_factor
from callbacks.people.required_factor import AT_ONCE, GRACE, has_factor, is_overdue, is_unscheduled, schedule

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def a_user(role: Role = Role.SUPERVISOR, app: str = "", passkeys: int = 0, due: datetime | None = None) -> User:
    owned = [Passkey(name=f"{number}") for number in range(passkeys)]
    return User(role=role, second_factor=app, passkeys=owned, factor_due_at=due)


@pytest.mark.parametrize(
    ("user", "due"),
    [
        (a_user(Role.ADMINISTRATOR), NOW + GRACE),
        (a_user(Role.SUPERVISOR), NOW + GRACE),
        (a_user(Role.TECHNICIAN), None),
        (a_user(Role.READER), None),
        (a_user(app="a secret"), None),
        (a_user(passkeys=1), None),
        (a_user(due=NOW), NOW),  # an earlier one stays
        (a_user(Role.READER, due=NOW), None),
        (a_user(passkeys=1, due=NOW), None),
    ],
)
def test_it_is_due_after_a_week_for_supervisors_who_have_none(user: User, due: datetime | None) -> None:
    assert is_unscheduled(user) == (due is not None and user.factor_due_at is None)
    schedule(user, NOW)
    assert (user.factor_due_at, is_unscheduled(user)) == (due, False)


def test_it_is_overdue_from_that_instant_until_there_is_one() -> None:
    user = a_user()
    assert not is_overdue(user, NOW)
    schedule(user, NOW)
    assert not is_overdue(user, NOW + GRACE - timedelta(microseconds=1))
    assert is_overdue(user, NOW + GRACE)
    user.passkeys.append(Passkey(name="Laptop"))
    assert (has_factor(user), is_overdue(user, NOW + GRACE)) == (True, False)


def test_it_can_be_due_at_once() -> None:
    user = a_user()
    schedule(user, NOW, AT_ONCE)
    assert is_overdue(user, NOW)


def test_somebody_who_works_once_a_week_is_told_in_time() -> None:
    assert timedelta(days=7) <= required_factor.GRACE
