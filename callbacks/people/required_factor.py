"""Who must have a second factor, and by when. Pure functions of a user and an instant."""

from __future__ import annotations

from datetime import datetime, timedelta

from callbacks.db.states import SUPERVISING_ROLES
from callbacks.db.tables import User

GRACE = timedelta(days=7)  # so that somebody who works one shift a week is told before it stops them
AT_ONCE = timedelta(0)


def has_factor(user: User) -> bool:
    return bool(user.second_factor or user.passkeys)


def lacks_factor(user: User) -> bool:
    """Return whether this user's role needs a second factor that they do not have."""
    return user.role in SUPERVISING_ROLES and not has_factor(user)


def schedule(user: User, now: datetime, grace: timedelta = GRACE) -> None:
    """Set by when a user must have a second factor. An instant that is set already stays."""
    if not lacks_factor(user):
        user.factor_due_at = None
    elif user.factor_due_at is None:
        user.factor_due_at = now + grace


def is_unscheduled(user: User) -> bool:
    """Return whether no instant is set yet, as for a user of an earlier release."""
    return lacks_factor(user) and user.factor_due_at is None


def is_overdue(user: User, now: datetime) -> bool:
    return lacks_factor(user) and user.factor_due_at is not None and now >= user.factor_due_at
