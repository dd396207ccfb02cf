"""Who is at the console: the signed session, its end, and the token that every change must carry."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from flask import session as cookie
from sqlalchemy.orm import Session

from callbacks.db.tables import User

LASTS = timedelta(hours=12)
HALF_LASTS = timedelta(minutes=5)


def begin(user: User, now: datetime) -> None:
    """Log in: a new session, so that nobody can have planted the old one."""
    cookie.clear()
    cookie.update(user=user.id, key=user.session_key, until=(now + LASTS).isoformat(), token=secrets.token_urlsafe(24))


def begin_half(user: User, now: datetime) -> None:
    """The password was right, and the code of the second factor is asked for."""
    cookie.clear()
    cookie.update(half=user.id, half_until=(now + HALF_LASTS).isoformat(), token=secrets.token_urlsafe(24))


def half_logged_in(now: datetime) -> int | None:
    """Name the user who has still to give the code."""
    if "half" not in cookie or now >= datetime.fromisoformat(cookie["half_until"]):
        return None
    return int(cookie["half"])


def end() -> None:
    cookie.clear()


def user_of_session(session: Session, now: datetime) -> User | None:
    """Give whoever is logged in; None when nobody is, the session is over, or it was ended elsewhere."""
    if "user" not in cookie or now >= datetime.fromisoformat(cookie["until"]):
        return None
    user = session.get(User, cookie["user"])
    return user if user is not None and hmac.compare_digest(user.session_key, cookie["key"]) else None


def token() -> str:
    """The token of this session, for a hidden field; before login there is one, too."""
    if "token" not in cookie:
        cookie["token"] = secrets.token_urlsafe(24)
    return str(cookie["token"])


def token_is_right(given: str) -> bool:
    return hmac.compare_digest(str(cookie.get("token", "")).encode(), given.encode()) and bool(given)
