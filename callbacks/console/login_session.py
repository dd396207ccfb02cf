"""The login: a signed session that ends by itself, and the CSRF token that every change must carry."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from flask import session as cookie
from sqlalchemy.orm import Session

from callbacks.db.tables import User

SESSION_LASTS = timedelta(hours=12)
CODE_IS_AWAITED = timedelta(minutes=5)


def begin(user: User, now: datetime) -> None:
    """Log in with a new session, so that a session planted by an attacker gains nothing."""
    until = (now + SESSION_LASTS).isoformat()
    cookie.clear()
    cookie.update(user=user.id, key=user.session_key, until=until, token=secrets.token_urlsafe(24))


def await_code(user: User, now: datetime) -> None:
    """Remember that the password was right, and that the code of the second factor comes next."""
    until = (now + CODE_IS_AWAITED).isoformat()
    cookie.clear()
    cookie.update(half=user.id, half_until=until, token=secrets.token_urlsafe(24))


def user_awaiting_code(now: datetime) -> int | None:
    """Return the id of the user who still has to enter a code; None without one, or after five minutes."""
    if "half" not in cookie or now >= datetime.fromisoformat(cookie["half_until"]):
        return None
    return int(cookie["half"])


def end() -> None:
    cookie.clear()


def current_user(session: Session, now: datetime) -> User | None:
    """Return the user who is logged in. Return None without a login, or when it expired or was ended elsewhere."""
    if "user" not in cookie or now >= datetime.fromisoformat(cookie["until"]):
        return None
    user = session.get(User, cookie["user"])
    return user if user is not None and hmac.compare_digest(user.session_key, cookie["key"]) else None


def token() -> str:
    """Return the CSRF token of this session, for a hidden field. There is one before login, too."""
    if "token" not in cookie:
        cookie["token"] = secrets.token_urlsafe(24)
    return str(cookie["token"])


def token_is_right(given: str) -> bool:
    return hmac.compare_digest(str(cookie.get("token", "")).encode(), given.encode()) and bool(given)
