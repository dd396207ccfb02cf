"""Login attempts: how many are allowed, what is counted and recorded, and who is alerted to a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import g, request
from sqlalchemy.orm import Session

from callbacks.console import access_log, known_browser
from callbacks.console.context import current
from callbacks.db.tables import User
from callbacks.errors import TooManyLogins, WrongState
from callbacks.paging.lock_alerts import tell_of_lock
from callbacks.people import lockout, users
from callbacks.people.lockout import Origin, Result, network_of
from callbacks.text.formats import moment

BY_PASSKEY = "by passkey"


def authenticated(email: str, password: str, now: datetime) -> User | None:
    """Return the user if the password is right, else None. Raise TooManyLogins."""
    database, address = current().database, email.strip().casefold()
    user = database.read(lambda session: users.find_user(session, address))
    origin = origin_of(user, now)
    refuse_too_many(origin, address, now)
    try:
        checked = users.check_password(database, address, password, origin, now)
    except TooManyLogins:
        access_log.note_too_many(address, now)
        raise

    def work(session: Session) -> User | None:
        result, counted = users.count_password(session, checked, origin, now)
        return counted if is_right(session, result, address, counted, "by password", now) else None

    return database.write(work)


def passed(user: User, check: Callable[[Session, Origin], Result], by: str, now: datetime) -> bool:
    """Return whether a second factor is right. `check` looks at it and counts the attempt. Raise TooManyLogins."""
    origin = origin_of(user, now)
    refuse_too_many(origin, user.email, now)

    def work(session: Session) -> bool:
        return is_right(session, check(session, origin), user.email, users.locked_user(session, user.id), by, now)

    return current().database.write(work)


def confirm_password(now: datetime) -> None:
    """Raise WrongState unless the form has the current password of its user: a screen may have been left unattended."""
    if authenticated(g.user.email, request.form.get("old", ""), now) is None:
        raise WrongState("That is not your password, or the account is locked for a few minutes.")


def note_log_in(session: Session, user_id: int, now: datetime, by: str = "") -> str:
    """Record a login, and return how many have failed since the one before; "" for none."""
    user = users.locked_user(session, user_id)
    failed, since = lockout.failures_since(session, user.email, user.logged_in_at), user.logged_in_at
    user.logged_in_at = now
    access_log.note(session, now, user.email, access_log.LOGGED_IN, by)
    if not failed:
        return ""
    attempts = "1 attempt" if failed == 1 else f"{failed} attempts"
    before = f" since your last login on {moment(since, current().desk.zone, now)}" if since is not None else ""
    return f"{attempts} to log in to your account failed{before}. If it was not you, tell an administrator."


def origin_of(user: User | None, now: datetime) -> Origin:
    """Return where this request comes from: its network, and its browser if the user logged in with it before."""
    device = known_browser.device_of(user, now) if user is not None else ""
    return Origin(network_of(request.remote_addr or ""), device)


def refuse_too_many(origin: Origin, email: str, now: datetime) -> None:
    """Count an attempt of any kind: a password, a code, an invitation. Raise TooManyLogins."""
    if not current().throttle.allows(origin, now):
        access_log.note_too_many(email, now)
        raise TooManyLogins


def is_right(session: Session, result: Result, email: str, user: User | None, by: str, now: datetime) -> bool:
    """Return whether a counted attempt succeeded. Record one that failed, and send the alerts about a lock."""
    if result is Result.NOW_LOCKED and user is not None:
        tell_of_lock(session, current().desk, user, access_log.peer(), now)
    if result is not Result.RIGHT:
        access_log.note_failure(session, email, result, by, now)
    return result is Result.RIGHT
