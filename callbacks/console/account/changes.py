"""What users change about their second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from callbacks.db.tables import User
from callbacks.people import second_factor


def _turn_on_second_factor(session: Session, user: User, now: datetime) -> str:
    secret, code = request.form.get("secret", "")[:64], request.form.get("code", "")
    second_factor.begin_second_factor(session, user.id, secret, code, now)
    return "Two-factor authentication is on. From now on, logging in asks for a code from your app as well."


def _turn_off_second_factor(session: Session, user: User, now: datetime) -> str:
    second_factor.end_second_factor(session, user.email)
    return "Two-factor authentication is off. Logging in asks for your password only."


CHANGES: dict[str, Callable[[Session, User, datetime], str]] = {
    "second-factor": _turn_on_second_factor,
    "no-second-factor": _turn_off_second_factor,
}
