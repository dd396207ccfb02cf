"""The users of the console: who they are, what they may, and that guessing gets nobody in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, locked_or_none
from callbacks.db.leases import BackOff
from callbacks.db.states import Role
from callbacks.db.tables import Technician, User
from callbacks.errors import NotFound, WrongState

ROLES = tuple(role.value for role in Role)
MAY_STEER = (Role.ADMINISTRATOR, Role.SUPERVISOR)
SHORTEST_PASSWORD = 10
FAILURES_ALLOWED = 5
LOCKS = BackOff(first=timedelta(minutes=5), longest=timedelta(hours=1))
CODES_LAST = 30  # seconds (RFC 6238)

_hasher = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Return the hash that is verified when there is no such user, so that the time taken reveals nothing.

    It is made at the first login, because hashing is slow on purpose and no command should wait for it.
    """
    return _hasher.hash(secrets.token_hex(16))


def add_user(session: Session, email: str, role: str, password: str, now: datetime, technician: str = "") -> User:
    """Add a user; one in the role of a technician is the technician of that name. Raises WrongState."""
    address = email.strip().casefold()
    given = _role(role)
    if "@" not in address or len(address) > 255:
        raise WrongState(f"{address!r} is no mail address.")
    if session.scalar(select(User).where(User.email == address)) is not None:
        raise WrongState(f"{address} is a user already.")
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
        raise WrongState(f"Say which technician this user is. Known: {known or 'none yet'}.")
    if session.scalar(select(User).where(User.technician_id == named.id)) is not None:
        raise WrongState(f"{named.name} is a user already.")
    return named.id


def authenticate(database: Database, email: str, password: str, now: datetime) -> User | None:
    """Give the user whose password this is, or None; too many failures in a row lock the account for a while.

    The password is hashed between two transactions: it takes long on purpose, and nothing may wait for it.
    Failures are forgotten when the second factor, if there is one, is right as well.
    """
    address = email.strip().casefold()
    known = database.read(lambda session: session.scalar(select(User).where(User.email == address)))
    nobodys_hash = _nobodys_hash()  # asked for even when it is not used, so that a first login takes as long
    is_right = _is_right(known.password_hash if known else nobodys_hash, password)
    if known is None:
        return None

    def work(session: Session) -> User | None:
        user = _held(session, known.id)
        return user if _counts(user, is_right, now, is_all=not user.second_factor) else None

    return database.write(work)


def is_second_factor(session: Session, user_id: int, code: str, now: datetime) -> bool:
    """Say whether this is the code of the moment. Each is taken once, and failures count as for the password."""
    user = _held(session, user_id)
    step = _step_of(user.second_factor, code, now)
    is_right = step is not None and step > user.second_factor_step
    if not _counts(user, is_right, now, is_all=True):
        return False
    user.second_factor_step = step or 0
    return True


def begin_second_factor(session: Session, user_id: int, secret: str, code: str, now: datetime) -> None:
    """Ask for a code at each log-in from now on. Raises WrongState unless the app has shown that it has the secret."""
    user, step = _held(session, user_id), _step_of(secret, code, now)
    if step is None:
        raise WrongState("That is not the code that the app shows now. Try again with the next one.")
    user.second_factor, user.second_factor_step = secret, step


def end_second_factor(session: Session, email: str) -> None:
    """Ask for the password only: the phone with the app is gone. Raises NotFound."""
    user_named(session, email).second_factor = ""


def change_password(session: Session, email: str, password: str) -> User:
    """Give a user another password; every session ends. Raises NotFound and WrongState."""
    user = user_named(session, email)
    user.password_hash, user.failures, user.locked_until = _hashed(password), 0, None
    end_sessions(user)
    return user


def remove_user(session: Session, email: str) -> None:
    """Let somebody in no more. Raises NotFound, and WrongState for the last administrator or supervisor."""
    user = user_named(session, email)
    others = [other for other in everyone(session) if other.id != user.id and other.role in MAY_STEER]
    if user.role in MAY_STEER and not others:
        raise WrongState(f"{user.email} is the last one who may steer. Add another first.")
    session.delete(user)


def user_named(session: Session, email: str) -> User:
    """Give the user with this address. Raises NotFound."""
    user = session.scalar(select(User).where(User.email == email.strip().casefold()))
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Say until when an account is locked after so many failures in a row."""
    if failures < FAILURES_ALLOWED:
        return None
    return now + LOCKS.after(failures - FAILURES_ALLOWED + 1)


def end_sessions(user: User) -> None:
    """Log a user out everywhere."""
    user.session_key = secrets.token_hex(16)


def everyone(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.email)).all()


def _held(session: Session, user_id: int) -> User:
    user = locked_or_none(session, User, user_id)
    if user is None:
        raise NotFound("This user was removed.")
    return user


def _counts(user: User, is_right: bool, now: datetime, *, is_all: bool) -> bool:
    """Note a try, and say whether it gets anywhere; while the account is locked, not even the right one does."""
    if user.locked_until is not None and now < user.locked_until:
        return False
    if not is_right:
        user.failures += 1
        user.locked_until = lock_after(user.failures, now)
    elif is_all:
        user.failures, user.locked_until = 0, None
    return is_right


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Give the time step whose code this is: the one of now, or a neighbour, because clocks differ (RFC 6238 5.2)."""
    given, step = "".join(code.split()), int(now.timestamp()) // CODES_LAST
    totp = pyotp.TOTP(secret, interval=CODES_LAST)
    near = (each for each in (step, step - 1, step + 1) if secret and totp.verify(given, for_time=each * CODES_LAST))
    return next(near, None)


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise WrongState(f"The password is too short. Give at least {SHORTEST_PASSWORD} characters.")
    return _hasher.hash(password)


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
