"""The people who may use the console: their passwords, their roles, and the lock-out that makes guessing hopeless.

A guess is counted before it is looked at, so that a hundred guesses at the same instant count as a hundred; and it is
looked at while no transaction is open, because hashing takes longer than a caller on the line should wait for.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.database import Database
from callbacks.errors import NotFound, WrongState
from callbacks.tables import User

ROLES = ("administrator", "supervisor", "technician", "reader")
MAY_ACT = frozenset({"administrator", "supervisor"})

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
FAILURES_FORGIVEN = 4
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=5), timedelta(hours=1)

# Argon2id as OWASP's password storage cheat sheet gives it: 19 MiB, two passes. More memory would let a flood of
# guesses starve the webhooks on the same machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What is verified for an unknown user, so that the answer takes as long as for a known one.
_nobodys_hash = _hasher.hash(secrets.token_urlsafe())


def add_user(session: Session, email: str, role: str, password: str, now: datetime) -> User:
    """Add a user. Raises WrongState, in a sentence, for an address, a role or a password that cannot be used."""
    address = in_one_spelling(email)
    for fault in (fault_of_email(address), fault_of_role(role), fault_of_password(password, address)):
        if fault is not None:
            raise WrongState(fault)
    if _with_email(session, address) is not None:
        raise WrongState(f"{address} is a user already.")
    user = User(email=address, role=role, created_at=now, password_hash=_hasher.hash(password))
    end_sessions(user)
    session.add(user)
    session.flush()
    return user


def user_with(session: Session, email: str) -> User:
    """Find a user by address, in any spelling. Raises NotFound."""
    user = _with_email(session, in_one_spelling(email))
    if user is None:
        raise NotFound(f"There is no user {email.strip()!r}.")
    return user


def everybody(session: Session) -> Sequence[User]:
    """List the users, by address."""
    return session.scalars(select(User).order_by(User.email)).all()


def end_sessions(user: User) -> None:
    """End every session of this user, on every machine, at once."""
    user.session_key = secrets.token_urlsafe(24)


def authenticate(database: Database, email: str, password: str, now: datetime) -> User | None:
    """Say who this is, or None: unknown, locked out and wrong are all the same to whoever asks."""
    account = database.write(lambda session: _count_a_try(session, in_one_spelling(email), now))
    is_right = _matches(account.password_hash if account else _nobodys_hash, password[:LONGEST_PASSWORD])
    if account is None or not is_right:
        return None
    return database.write(lambda session: _welcome(session, account, password))


# Decisions


def in_one_spelling(email: str) -> str:
    return email.strip().casefold()


def fault_of_email(email: str) -> str | None:
    name, at, host = email.partition("@")
    is_usable = name and at and host and "@" not in host and len(email) <= 255 and email.isprintable()
    return None if is_usable and " " not in email else f"{email!r} is not an e-mail address."


def fault_of_role(role: str) -> str | None:
    return None if role in ROLES else f"There is no role {role!r}. Known: {', '.join(ROLES)}."


def fault_of_password(password: str, email: str) -> str | None:
    if len(password) < SHORTEST_PASSWORD:
        return f"The password is too short. Give at least {SHORTEST_PASSWORD} characters; a few words are best."
    if len(password) > LONGEST_PASSWORD:
        return f"The password is too long. Give at most {LONGEST_PASSWORD} characters."
    if in_one_spelling(password) == email:
        return "The password is the e-mail address. Give another."
    return None


def locked_for(failures: int) -> timedelta | None:
    """Say for how long so many failures in a row lock a user out: five minutes at first, then twice as long each."""
    if failures <= FAILURES_FORGIVEN:
        return None
    doublings = min(failures - FAILURES_FORGIVEN - 1, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


# What is kept


@dataclass(frozen=True)
class _Account:
    """Whose password is asked for, as it was when the try was counted."""

    user_id: int
    password_hash: str


def _count_a_try(session: Session, email: str, now: datetime) -> _Account | None:
    if fault_of_email(email):
        return None
    user = session.scalar(select(User).where(User.email == email).with_for_update())
    if user is None or (user.locked_until is not None and now < user.locked_until):
        return None
    user.failures += 1
    lock = locked_for(user.failures)
    user.locked_until = now + lock if lock else None
    return _Account(user.id, user.password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _welcome(session: Session, account: _Account, password: str) -> User | None:
    user = session.get(User, account.user_id, with_for_update=True)
    if user is None or user.password_hash != account.password_hash:
        return None
    user.failures, user.locked_until = 0, None
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    return user


def _with_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email))
