"""The users of the console: who they are, what they may, and that guessing passwords gets nobody in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.database import Database
from callbacks.errors import WrongState
from callbacks.tables import User

ROLES = ("administrator", "supervisor", "technician", "reader")
MAY_STEER = ("administrator", "supervisor")
SHORTEST_PASSWORD = 10
FAILURES_ALLOWED = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=5), timedelta(hours=1)

_hasher = PasswordHasher()
# Verified when there is no such user, so that the time taken does not tell whether there is one.
_NOBODYS_HASH = _hasher.hash(secrets.token_hex(16))


def add_user(session: Session, email: str, role: str, password: str, now: datetime) -> User:
    """Add a user. Raises WrongState."""
    address = email.strip().casefold()
    if role not in ROLES:
        raise WrongState(f"There is no role {role!r}. Known: {', '.join(ROLES)}.")
    if len(password) < SHORTEST_PASSWORD:
        raise WrongState(f"The password is too short. Give at least {SHORTEST_PASSWORD} characters.")
    if session.scalar(select(User).where(User.email == address)) is not None:
        raise WrongState(f"{address} is a user already.")
    user = User(email=address, role=role, password_hash=_hasher.hash(password), created_at=now)
    user.session_key = secrets.token_hex(16)
    session.add(user)
    return user


def authenticate(database: Database, email: str, password: str, now: datetime) -> User | None:
    """Give the user whose password this is, or None; too many failures in a row lock the account for a while.

    The password is hashed between two transactions: it takes long on purpose, and nothing may wait for it.
    """
    address = email.strip().casefold()
    known = database.read(lambda session: session.scalar(select(User).where(User.email == address)))
    is_right = _is_right(known.password_hash if known else _NOBODYS_HASH, password)
    return database.write(lambda session: _note_try(session, address, is_right, now)) if known else None


def _note_try(session: Session, address: str, is_right: bool, now: datetime) -> User | None:
    user = session.scalars(select(User).where(User.email == address).with_for_update()).one()
    if user.locked_until is not None and now < user.locked_until:
        return None
    if not is_right:
        user.failures += 1
        user.locked_until = lock_after(user.failures, now)
        return None
    user.failures, user.locked_until = 0, None
    return user


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Say until when an account is locked after so many failures in a row."""
    if failures < FAILURES_ALLOWED:
        return None
    doublings: int = min(failures - FAILURES_ALLOWED, 10)
    return now + min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def end_sessions(user: User) -> None:
    """Log a user out everywhere."""
    user.session_key = secrets.token_hex(16)


def everyone(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.email)).all()


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
