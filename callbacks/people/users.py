"""Console accounts: roles, passwords, and lockout after failed log-ins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, locked_or_none
from callbacks.db.leases import BackOff
from callbacks.db.states import MAY_STEER, Role
from callbacks.db.tables import LoginSession, Technician, User
from callbacks.errors import NotFound, WrongState
from callbacks.people.required_factor import has_factor, schedule

ROLES = tuple(role.value for role in Role)
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
    user = add_without_password(session, email, role, now, technician)
    user.password_hash = _hashed(password)
    return user


def add_without_password(session: Session, email: str, role: str, now: datetime, technician: str = "") -> User:
    """Add a user who cannot log in until they have chosen a password. Raise WrongState."""
    address = email.strip().casefold()
    given = _role(role)
    if "@" not in address or len(address) > 255:
        raise WrongState(f"{address!r} is not an email address.")
    if session.scalar(select(User).where(User.email == address)) is not None:
        raise WrongState(f"There is already a user {address}.")
    user = User(email=address, role=given, password_hash="", created_at=now)
    user.session_key = secrets.token_hex(16)
    user.technician_id = _technician(session, technician, given)
    schedule(user, now)
    session.add(user)
    session.flush()
    return user


def change_role(session: Session, email: str, role: str, now: datetime, technician: str = "") -> User:
    """Give a user another role, and end their sessions. Raise NotFound or WrongState."""
    user, given = user_named(session, email), _role(role)
    if given not in MAY_STEER:
        _refuse_the_last_one(session, user)
    user.technician_id = None
    session.flush()
    user.role, user.technician_id = given, _technician(session, technician, given)
    schedule(user, now)
    end_sessions(user)
    return user


def _refuse_the_last_one(session: Session, user: User) -> None:
    others = [other for other in everyone(session) if other.id != user.id and other.role in MAY_STEER]
    if user.role in MAY_STEER and not others:
        raise WrongState(f"{user.email} is the last administrator or supervisor. Add another first.")


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
    is_right = _is_right((known and known.password_hash) or nobodys_hash, password)
    if known is None:
        return None

    def work(session: Session) -> User | None:
        user = locked_user(session, known.id)
        return user if count_attempt(user, is_right, now, is_complete=not has_factor(user)) else None

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
    _refuse_the_last_one(session, user)
    session.delete(user)


def user_named(session: Session, email: str) -> User:
    """Return the user with this email address. Raise NotFound."""
    user = session.scalar(select(User).where(User.email == email.strip().casefold()))
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Return until when an account is locked after this many failures in a row, or None."""
    if failures < FAILURES_ALLOWED:
        return None
    return now + LOCKS.after(failures - FAILURES_ALLOWED + 1)


def end_sessions(user: User) -> None:
    """Log a user out of every session."""
    user.session_key = secrets.token_hex(16)


def everyone(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.email)).all()


def last_logins(session: Session) -> dict[int, datetime]:
    """Return when each user last logged in. A log-in that awaits its second factor is none."""
    query = select(LoginSession.user_id, func.max(LoginSession.began_at)).where(LoginSession.is_half.is_(False))
    return dict(session.execute(query.group_by(LoginSession.user_id)).all())


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
