"""Console accounts: roles and passwords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, locked_or_none
from callbacks.db.removals import record_removal
from callbacks.db.states import SUPERVISING_ROLES, Role
from callbacks.db.tables import Technician, User
from callbacks.errors import NotFound, WrongState
from callbacks.people import lockout, passwords, sessions
from callbacks.people.contact_methods import valid_email
from callbacks.people.required_factor import has_factor, schedule

ROLES = tuple(role.value for role in Role)


def add_user(session: Session, email: str, role: str, password: str, now: datetime, technician: str = "") -> User:
    """Add a user. The role of a technician needs the technician's name. Raise WrongState."""
    user = add_without_password(session, email, role, now, technician)
    user.password_hash = passwords.hashed(password, [user.email])
    return user


def add_without_password(session: Session, email: str, role: str, now: datetime, technician: str = "") -> User:
    """Add a user who cannot log in until they have chosen a password. Raise WrongState."""
    address, given = valid_email(email).casefold(), _role(role)
    if not address:
        raise WrongState("A user needs an email address.")
    if find_user(session, address) is not None:
        raise WrongState(f"There is already a user {address}.")
    user = User(email=address, role=given, password_hash="", created_at=now)
    user.technician_id = _technician(session, technician, given)
    schedule(user, now)
    session.add(user)
    session.flush()
    return user


def change_role(session: Session, email: str, role: str, now: datetime, technician: str = "") -> User:
    """Give a user another role, and end their sessions. Raise NotFound or WrongState."""
    user, given = user_named(session, email), _role(role)
    if given not in SUPERVISING_ROLES:
        _refuse_the_last_one(session, user)
    user.technician_id = None
    session.flush()
    user.role, user.technician_id = given, _technician(session, technician, given)
    schedule(user, now)
    sessions.end_all(session, user.id)
    return user


def _refuse_the_last_one(session: Session, user: User) -> None:
    others = [other for other in everyone(session) if other.id != user.id and other.role in SUPERVISING_ROLES]
    if user.role in SUPERVISING_ROLES and not others:
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


@dataclass(frozen=True)
class PasswordCheck:
    """The result of checking a password, before the attempt is counted."""

    email: str
    user_id: int | None
    is_right: bool
    is_locked: bool


def check_password(
    database: Database, email: str, password: str, origin: lockout.Origin, now: datetime
) -> PasswordCheck:
    """Check a password, which is not hashed for a locked account. Raise TooManyLogins.

    It is hashed between two transactions, because hashing is slow on purpose and would hold a lock.
    """
    address = email.strip().casefold()
    user = database.read(lambda session: find_user(session, address))
    user_id = user.id if user is not None else None
    if database.read(lambda session: lockout.is_locked(session, address, origin, now)):
        return PasswordCheck(address, user_id, is_right=False, is_locked=True)
    nobodys_hash = passwords.nobodys_hash()  # computed even when it is not used, so that a first login takes as long
    known = user.password_hash if user is not None else ""
    is_right = passwords.is_right(known or nobodys_hash, password) and known != ""
    return PasswordCheck(address, user_id, is_right=is_right, is_locked=False)


def count_password(
    session: Session, checked: PasswordCheck, origin: lockout.Origin, now: datetime
) -> tuple[lockout.Result, User | None]:
    """Count a checked password, and return how the attempt ended and for whom: None where there is no such user."""
    user = locked_or_none(session, User, checked.user_id) if checked.user_id is not None else None
    if checked.is_locked:
        return lockout.Result.WAS_LOCKED, user
    is_right = checked.is_right and user is not None
    is_complete = user is not None and not has_factor(user)
    return lockout.count_attempt(session, checked.email, origin, is_right, now, is_complete=is_complete), user


def change_password(session: Session, email: str, password_hash: str) -> User:
    """Give a user another password, by its hash, and end their sessions and locks. Raise NotFound."""
    user = user_named(session, email)
    user.password_hash = password_hash
    lockout.forget_all(session, user.email)
    sessions.end_all(session, user.id)
    return user


def remove_user(session: Session, email: str) -> None:
    """Remove a user. Raise NotFound, or WrongState for the last administrator or supervisor."""
    user = user_named(session, email)
    _refuse_the_last_one(session, user)
    record_removal(session, f"user {in_words(user)}")
    session.delete(user)


def user_named(session: Session, email: str) -> User:
    """Return the user with this email address. Raise NotFound."""
    user = find_user(session, email.strip().casefold())
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user


def in_words(user: User) -> str:
    """Return who a user is: "sue@example.com (technician, Sue Roy)"."""
    name = f", {user.technician.name}" if user.technician is not None else ""
    return f"{user.email} ({user.role.value}{name})"


def everyone(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.email)).all()


def locked_user(session: Session, user_id: int) -> User:
    """Return a user, locked until the transaction ends. Raise NotFound."""
    user = locked_or_none(session, User, user_id)
    if user is None:
        raise NotFound("This user was removed.")
    return user


def find_user(session: Session, address: str) -> User | None:
    """Return the user with this email address in small letters, or None."""
    return session.scalar(select(User).where(User.email == address))
