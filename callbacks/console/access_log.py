"""What the audit log records of logins, sessions and refusals: who, from where and what, but never a password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import g, request
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.people.lockout import Result, account_of
from callbacks.records import audit_log

NOBODY = "nobody"
LOGGED_IN, LOGGED_OUT, SESSION_ENDED = "logged in", "logged out", "ended a session"
FAILED, LOCKED, LOCKED_NOW = (
    "failed to log in",
    "was refused: the account is locked",
    "failed to log in: the account is locked now",
)
TOO_MANY, NOT_ALLOWED = "was refused: too many login attempts", "was refused"
HOW = {Result.WRONG: FAILED, Result.NOW_LOCKED: LOCKED_NOW, Result.WAS_LOCKED: LOCKED}


def note(session: Session, now: datetime, who: str, what: str, about: str = "") -> None:
    """Enter what somebody did, with the address that the request came from. Call it last in a transaction."""
    audit_log.note(session, now, who, what, {"about": about, "from": peer()})


def note_failure(session: Session, email: str, result: Result, by: str, now: datetime) -> None:
    """Enter an attempt to log in that failed, `by` a password or a code. Refusals by a lock: one a minute each."""
    if result is Result.WAS_LOCKED and not current().throttle.is_first(now, "locked", account_of(email), peer()):
        return
    note(session, now, as_typed(email), HOW[result], by)


def note_too_many(email: str, now: datetime) -> None:
    """Enter that attempts were refused without a check: one a minute and address, and a few a minute in all."""
    throttle = current().throttle
    if throttle.is_first(now, "too many", peer()) and throttle.allows_record(now):
        _write(lambda session: note(session, now, as_typed(email), TOO_MANY))


def note_refusal(now: datetime) -> None:
    """Enter that this request was refused to its user: one entry a minute for each user and address."""
    if g.get("user") is not None and current().throttle.is_first(now, "refused", g.user.email, request.path):
        _write(lambda session: note(session, now, g.user.email, NOT_ALLOWED, f"{request.method} {request.path}"[:200]))


def peer() -> str:
    return request.remote_addr or "an unknown address"


def as_typed(email: str) -> str:
    """Return an email address as it was typed. Anything else may be a password in the wrong field."""
    return email.strip()[:255] if "@" in email else NOBODY


def _write(work: Callable[[Session], None]) -> None:
    current().database.write(work)
