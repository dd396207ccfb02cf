"""Who is at the console: the session in a signed cookie, the token in every form, and the headers on every page.

The cookie holds a user's id and session key, the time of the login and the token of the forms. It ends when the
user's key is changed, and after SESSION_LASTS by the desk's own clock.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from flask import Config, Response
from sqlalchemy.orm import Session

from callbacks.tables import User

SESSION_LASTS = timedelta(hours=12)
TOKEN = "form_token"

# A place of our own and nothing that a browser could read as another host.
OWN_PLACE = re.compile(r"/(?![/\\])[\w./?=&%-]*", re.ASCII)

CONTENT_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "connect-src": "'self'",  # the list fetches itself
    "form-action": "'self'",
    "base-uri": "'none'",
}


def set_up_cookies(config: Config, public_url: str) -> None:
    """Let the cookie go nowhere but home: no script reads it, no other site sends it, no plain HTTP carries it."""
    is_https = public_url.startswith("https://")
    config.update(
        SESSION_COOKIE_NAME="__Host-nightdesk" if is_https else "nightdesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
    )


def log_in(cookie: MutableMapping[str, Any], user: User, now: datetime) -> None:
    """Begin a session. Nothing of what the cookie held before is kept, so that no session can be planted."""
    cookie.clear()
    cookie.update(user=user.id, key=user.session_key, since=now.isoformat())


def user_of(session: Session, cookie: Mapping[str, Any], now: datetime) -> User | None:
    """Say whose session this is, or None when there is none or it has ended."""
    if not is_fresh(str(cookie.get("since", "")), now):
        return None
    user = session.get(User, cookie.get("user"))
    is_current = user is not None and hmac.compare_digest(user.session_key, str(cookie.get("key", "")))
    return user if is_current else None


def form_token(cookie: MutableMapping[str, Any]) -> str:
    """Give the token that every form of this session carries."""
    if TOKEN not in cookie:
        cookie[TOKEN] = secrets.token_urlsafe(24)
    return str(cookie[TOKEN])


# Decisions


def is_fresh(since: str, now: datetime) -> bool:
    """Say whether a session that began then has not lasted too long."""
    try:
        began_at = datetime.fromisoformat(since)
    except ValueError:
        return False
    return now - began_at < SESSION_LASTS


def is_genuine(cookie: Mapping[str, Any], given: str) -> bool:
    """Say whether a form was made by this session."""
    kept = str(cookie.get(TOKEN, ""))
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode())


def own_place(asked_for: str) -> str:
    """Give where to go after the login: only ever a page of our own."""
    return asked_for if OWN_PLACE.fullmatch(asked_for) else "/"


def guarded(response: Response, *, demo: bool, is_page: bool = True) -> Response:
    """Add the headers that keep a page to itself. In the demo the browser phone may show it beside the phones."""
    policy = {**CONTENT_POLICY, "frame-ancestors": "'self'" if demo else "'none'"}
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if is_page:
        response.headers["Cache-Control"] = "no-store"
    return response
