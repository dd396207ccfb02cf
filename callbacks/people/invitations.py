"""Invitations: a link with which a user chooses a password, once.

It is for new users and for those who forgot their password. Only the SHA-256 of its key is stored.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callbacks.db.database import locked_or_none
from callbacks.db.removals import record_removal
from callbacks.db.tables import Invitation, User
from callbacks.errors import NotFound
from callbacks.people import users

VALID_FOR = timedelta(days=3)
GONE = "This link has expired, or it was used or replaced. Ask an administrator for a new one."


def invite(session: Session, user: User, made_by: str, now: datetime) -> str:
    """Return the key of a new link for a user. It replaces the links that they were sent before."""
    earlier = delete(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
    if session.scalars(earlier.returning(Invitation.id)).all():
        record_removal(session, f"earlier links for {user.email}")
    key = secrets.token_urlsafe(32)
    row = Invitation(key_hash=_hash(key), user_id=user.id, made_by=made_by[:255], expires_at=now + VALID_FOR)
    session.add(row)
    return key


def invited_user(session: Session, key: str, now: datetime) -> User:
    """Return the user whose link has this key. Raise NotFound. Changes nothing."""
    return session.get_one(User, _open(session, key, now).user_id)


def accept(session: Session, key: str, password_hash: str, now: datetime) -> User:
    """Set the password that an invited user has chosen, by its hash. Raise NotFound."""
    invitation = _open(session, key, now)
    locked = locked_or_none(session, Invitation, invitation.id)
    if locked is None or locked.used_at is not None:
        raise NotFound(GONE)
    locked.used_at = now
    return users.change_password(session, session.get_one(User, locked.user_id).email, password_hash)


def address(public_url: str, key: str) -> str:
    """Return the address of the link with this key."""
    return f"{public_url}/invitation/{key}"


def _open(session: Session, key: str, now: datetime) -> Invitation:
    query = select(Invitation).where(
        Invitation.key_hash == _hash(key), Invitation.used_at.is_(None), Invitation.expires_at > now
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(GONE)
    return found


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
