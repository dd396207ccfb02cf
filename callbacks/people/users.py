"""Console accounts: roles, passwords, and lockout after failed log-ins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, locked_or_none
from callbacks.db.leases import BackOff
from callbacks.db.removals import record_removal, record_removal_from
from callbacks.db.states import Role
from callbacks.db.tables import Technician, User
from callbacks.errors import NotFound, WrongState
from callbacks.people.contact_methods import valid_email

ROLES = tuple(role.value for role in Role)
MAY_STEER = (Role.ADMINISTRATOR, Role.SUPERVISOR)
SHORTEST_PASSWORD = 10
FAILURES_ALLOWED = 5
LOCKS = BackOff(first=timedelta(minutes=5), longest=timedelta(hours=1))

_hasher = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Return the hash to verify when the user does not exist, so that the time taken reveals nothing.

    It is made at the first log-in, because hashing is slow on purpose and no command should wait for it.
    """
    return _hasher.hash(secrets.token_hex(16))


def add_user(session: Session, email: str, role: str, password: str, now: datetime, technician: str = "") -> User:
    """Add a user. The role of a technician needs the technician's name. Raise WrongState."""
    address, given = valid_email(email).casefold(), _role(role)
    if not address:
        raise WrongState("A user needs an email address.")
    if session.scalar(select(User).where(User.email == address)) is not None:
        raise WrongState(f"There is already a user {address}.")
    user = User(email=address, role=given, password_hash=_hashed(password), created_at=now)
    user.session_key = secrets.token_hex(16)
    user.technician_id = _technician(session, technician, given)
    session.add(user)
    session.flush()
    return user


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise WrongState(f"There is no role {name!r}. Known: {', '.join(ROLES)}.") from None


def _technician(session: Session, name: str, role: Role) -> int | None:
    if not name and role is not Role.TECHNICIAN:
        return None
    named = session.scalar(select(Technician).where(Technician.name == name, Technician.left_at.is_(None)))
    if named is None:
        known = ", ".join(session.scalars(select(Technician.name).where(Technician.left_at.is_(None))))
        raise WrongState(f"Choose which technician this user is. Known: {known or 'none yet'}.")
    if session.scalar(select(User).where(User.technician_id == named.id)) is not None:
        raise WrongState(f"{named.name} already has an account.")
    return named.id


def authenticate(database: Database, email: str, password: str, now: datetime) -> User | None:
    """Return the user if the password is right, else None. Too many failures in a row lock the account for a while.

    The password is hashed between two transactions, because hashing is slow on purpose and would hold a lock.
    The failures are reset once the second factor, if there is one, is right too.
    """
    address = email.strip().casefold()
    known = database.read(lambda session: session.scalar(select(User).where(User.email == address)))
    nobodys_hash = _nobodys_hash()  # computed even when it is not used, so that a first log-in takes as long
    is_right = _is_right(known.password_hash if known else nobodys_hash, password)
    if known is None:
        return None

    def work(session: Session) -> User | None:
        user = locked_user(session, known.id)
        return user if count_attempt(user, is_right, now, is_complete=not user.second_factor) else None

    return database.write(work)


def change_password(session: Session, email: str, password: str) -> User:
    """Change a user's password and end their sessions. Raise NotFound or WrongState."""
    user = user_named(session, email)
    user.password_hash, user.failures, user.locked_until = _hashed(password), 0, None
    end_sessions(user)
    return user


def remove_user(session: Session, email: str) -> None:
    """Remove a user. Raise NotFound, or WrongState for the last administrator or supervisor."""
    user = user_named(session, email)
    others = [other for other in everyone(session) if other.id != user.id and other.role in MAY_STEER]
    if user.role in MAY_STEER and not others:
        raise WrongState(f"{user.email} is the last administrator or supervisor. Add another first.")
    record_removal(session, f"user {in_words(user)}")
    session.delete(user)


def user_named(session: Session, email: str) -> User:
    """Return the user with this email address. Raise NotFound."""
    user = session.scalar(select(User).where(User.email == email.strip().casefold()))
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user


def in_words(user: User) -> str:
    """Return who a user is: "sue@example.com (technician, Sue Roy)"."""
    name = f", {user.technician.name}" if user.technician is not None else ""
    return f"{user.email} ({user.role.value}{name})"


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Return until when an account is locked after this many failures in a row, or None."""
    if failures < FAILURES_ALLOWED:
        return None
    return now + LOCKS.after(failures - FAILURES_ALLOWED + 1)


def end_sessions(user: User) -> None:
    """Log a user out of every session."""
    record_removal_from(user, f"every session of {in_words(user)}")
    user.session_key = secrets.token_hex(16)


def everyone(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.email)).all()


def locked_user(session: Session, user_id: int) -> User:
    """Return a user, locked until the transaction ends. Raise NotFound."""
    user = locked_or_none(session, User, user_id)
    if user is None:
        raise NotFound("This user was removed.")
    return user


def count_attempt(user: User, is_right: bool, now: datetime, *, is_complete: bool) -> bool:
    """Count an attempt, and return whether it succeeds. While the account is locked, no attempt does."""
    if user.locked_until is not None and now < user.locked_until:
        return False
    if not is_right:
        user.failures += 1
        user.locked_until = lock_after(user.failures, now)
    elif is_complete:
        user.failures, user.locked_until = 0, None
    return is_right


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise WrongState(f"The password is too short. Use at least {SHORTEST_PASSWORD} characters.")
    return _hasher.hash(password)


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
