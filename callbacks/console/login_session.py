"""The session of a request: who is logged in by its cookie, and the CSRF token that every change must carry."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import structlog
from flask import Response, after_this_request, g, request
from flask import session as cookie
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from callbacks.console import known_browser
from callbacks.console.context import current
from callbacks.console.cookies import delete_cookie, read_cookie, set_cookie
from callbacks.db.tables import LoginSession, User
from callbacks.people import sessions

COOKIE = "login"
# A screen that refreshes itself sends this header, so that the refresh does not count as a use of the session. Forging
# it only ends a session sooner.
LIVE = "X-Live"

log = structlog.get_logger(__name__)


def begin(user: User, now: datetime) -> None:
    """Log in with a new session, so that a session planted by an attacker gains nothing."""
    _begin(user, now, is_half=False)
    known_browser.remember(user, now)


def await_factor(user: User, now: datetime) -> None:
    """Remember that the password was right, and that the second factor comes next."""
    _begin(user, now, is_half=True)


def user_awaiting_code(now: datetime) -> int | None:
    """Return the id of the user whose second factor is awaited; None without one, or after five minutes."""
    found = current().database.read(lambda session: sessions.find(session, read_cookie(COOKIE), now, is_half=True))
    return found.user_id if found is not None else None


def end() -> None:
    """Log out: end the session of this request, half or whole."""
    old = read_cookie(COOKIE)
    current().database.write(lambda session: sessions.end(session, old))
    cookie.clear()
    delete_cookie(COOKIE)
    clear_browser()


def clear_if_ended() -> None:
    """Clear the browser of a request that was refused because its session had ended."""
    if read_cookie(COOKIE):
        clear_browser()


def clear_browser() -> None:
    """Have the browser forget what it keeps of the screens. Over http it would not, and would complain."""
    if not current().public_url.startswith("https:"):
        return

    @after_this_request
    def add(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def load(now: datetime) -> None:
    """Load who is logged in: `g.user` and their session `g.login`, each None without a login."""
    key = read_cookie(COOKIE)
    g.user, g.login = current().database.read(lambda session: _logged_in(session, key, now)) if key else (None, None)
    if g.login is not None and LIVE not in request.headers and sessions.use_is_due(g.login, now):
        _store_use(g.login.id, now)


def token() -> str:
    """Return the CSRF token of this browser, for a hidden field. There is one before login, too."""
    if "token" not in cookie:
        cookie["token"] = secrets.token_urlsafe(24)
    return str(cookie["token"])


def token_is_right(given: str) -> bool:
    return hmac.compare_digest(str(cookie.get("token", "")).encode(), given.encode()) and bool(given)


def _begin(user: User, now: datetime, *, is_half: bool) -> None:
    old, peer, agent = read_cookie(COOKIE), request.remote_addr or "", request.user_agent.string

    def work(session: Session) -> str:
        sessions.end(session, old)
        return sessions.begin(session, user.id, peer, agent, now, is_half=is_half)

    set_cookie(COOKIE, current().database.write(work))
    cookie.clear()
    token()


def _logged_in(session: Session, key: str, now: datetime) -> tuple[User, LoginSession] | tuple[None, None]:
    found = sessions.find(session, key, now)
    user = session.get(User, found.user_id) if found is not None else None
    return (user, found) if user is not None and found is not None else (None, None)


def _store_use(session_id: int, now: datetime) -> None:
    """Store that the session was used. If that fails, as with a full disk, the screen is shown all the same."""
    try:
        current().database.write(lambda session: sessions.store_use(session, session_id, now))
    except DBAPIError as fault:
        log.warning("could not store that a session was used", cause=type(fault.orig).__name__)
