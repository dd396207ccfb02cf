"""Sessions: one row for each login of a user in one browser.

The browser has a random key and the row only its SHA-256, so nobody can log in with what is in the database.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.db.tables import LoginSession, User

# The lifetimes that ASVS 5.0 requires to be documented (7.1.1).
LASTS = timedelta(hours=12)
IDLE_LASTS = timedelta(hours=1)
FACTOR_IS_AWAITED = timedelta(minutes=5)
USE_IS_STORED_EVERY = timedelta(minutes=1)


def ends_at(row: LoginSession) -> datetime:
    """Return when a session ends if it is not used again."""
    if row.is_half:
        return row.began_at + FACTOR_IS_AWAITED
    return min(row.began_at + LASTS, row.used_at + IDLE_LASTS)


def use_is_due(row: LoginSession, now: datetime) -> bool:
    """Return whether a use at `now` must be stored: once a minute, because each one is a transaction that writes."""
    return now - row.used_at >= USE_IS_STORED_EVERY


def begin(session: Session, user_id: int, peer: str, agent: str, now: datetime, *, is_half: bool = False) -> str:
    """Add a session and return its key. `is_half`: the password was right, and the second factor is awaited."""
    session.execute(delete(LoginSession).where(_is_over(now)))
    key = secrets.token_urlsafe(32)
    row = LoginSession(user_id=user_id, key_hash=_hash(key), is_half=is_half, began_at=now, used_at=now)
    row.peer, row.agent = peer[:64], agent[:200]
    session.add(row)
    return key


def find(session: Session, key: str, now: datetime, *, is_half: bool = False) -> LoginSession | None:
    """Return the session of a key, unless it has ended."""
    wanted = select(LoginSession).where(LoginSession.key_hash == _hash(key), LoginSession.is_half == is_half)
    row = session.scalar(wanted)
    return row if row is not None and now < ends_at(row) else None


def store_use(session: Session, session_id: int, now: datetime) -> None:
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(used_at=now))


def of_user(session: Session, user_id: int, now: datetime) -> Sequence[LoginSession]:
    """Return the sessions of a user that have not ended, the last used first."""
    theirs = select(LoginSession).where(LoginSession.user_id == user_id, ~LoginSession.is_half, ~_is_over(now))
    return session.scalars(theirs.order_by(LoginSession.used_at.desc(), LoginSession.id.desc())).all()


def end(session: Session, key: str) -> None:
    """End the session of a key, half or whole."""
    session.execute(delete(LoginSession).where(LoginSession.key_hash == _hash(key)))


def end_one(session: Session, user_id: int, session_id: int) -> bool:
    """End one session of a user. Return False where they have no such session."""
    one = delete(LoginSession).where(LoginSession.id == session_id, LoginSession.user_id == user_id)
    agent = session.scalar(one.returning(LoginSession.agent))
    if agent is not None:
        record_removal(session, f"a session of {_address(session, user_id)} in {agent or 'an unknown browser'}")
    return agent is not None


def end_all(session: Session, user_id: int, *, but: int | None = None) -> None:
    """End every session of a user, half ones included, except the one of the id `but`."""
    record_removal(session, f"every{' other' if but else ''} session of {_address(session, user_id)}")
    session.execute(delete(LoginSession).where(LoginSession.user_id == user_id, LoginSession.id != (but or 0)))


def _address(session: Session, user_id: int) -> str | None:
    return session.scalar(select(User.email).where(User.id == user_id))


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Return `ends_at` as SQL."""
    return or_(
        LoginSession.used_at <= now - IDLE_LASTS,
        LoginSession.began_at <= now - LASTS,
        LoginSession.is_half & (LoginSession.began_at <= now - FACTOR_IS_AWAITED),
    )


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
