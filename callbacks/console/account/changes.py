"""What users change in their own account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from callbacks.db.tables import User
from callbacks.people import second_factor, users


def _change_password(session: Session, user: User, now: datetime) -> str:
    users.change_password(session, user.email, request.form.get("password", "")[:255])
    return "Your password was changed. Every other session is logged out."


def _turn_on_second_factor(session: Session, user: User, now: datetime) -> str:
    secret, code = request.form.get("secret", "")[:64], request.form.get("code", "")
    second_factor.begin_second_factor(session, user.id, secret, code, now)
    return "Two-factor authentication is on. From now on, logging in asks for a code from your app as well."


def _turn_off_second_factor(session: Session, user: User, now: datetime) -> str:
    second_factor.end_second_factor(session, user.email)
    return "Two-factor authentication is off. Logging in asks for your password only."


def _log_out_elsewhere(session: Session, user: User, now: datetime) -> str:
    users.end_sessions(user)
    return "Every other session is logged out."


CHANGES: dict[str, Callable[[Session, User, datetime], str]] = {
    "password": _change_password,
    "second-factor": _turn_on_second_factor,
    "no-second-factor": _turn_off_second_factor,
    "log-out": _log_out_elsewhere,
}
