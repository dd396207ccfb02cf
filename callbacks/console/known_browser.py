"""Browsers that a user logged in with before. Each has a signed cookie, so that nobody can lock the user out of it.

(OWASP: "Slow Down Online Guessing Attacks with Device Cookies".) The cookie gives no access: it only has this browser's
failed logins counted separately. It ends when the password changes.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from callbacks.console.cookies import read_cookie, set_cookie
from callbacks.db.tables import User
from callbacks.signing import signer

LASTS = timedelta(days=365)


def remember(user: User, now: datetime) -> None:
    """Set the cookie of this browser for a user who has just logged in."""
    content = [user.id, secrets.token_hex(16), _password_of(user), (now + LASTS).isoformat()]
    set_cookie(_cookie_of(user), _signer().dumps(content), LASTS)


def device_of(user: User, now: datetime) -> str:
    """Return the name of this browser if the user logged in with it before; else ""."""
    try:
        user_id, device, password, until = _signer().loads(read_cookie(_cookie_of(user)))
    except (BadSignature, ValueError, TypeError):
        return ""
    is_theirs = user_id == user.id and password == _password_of(user)
    return str(device) if is_theirs and now < datetime.fromisoformat(until) else ""


def _cookie_of(user: User) -> str:
    return f"browser-{user.id}"


def _password_of(user: User) -> str:
    """Return a value that changes with the password and reveals nothing about it."""
    return sha256(user.password_hash.encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    keys = [*(current_app.config["SECRET_KEY_FALLBACKS"] or ()), str(current_app.secret_key)]  # the last one signs
    return signer(keys, "known browser")
