"""What administrators change about the users of the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import g
from sqlalchemy.orm import Session

from callbacks.console.forms import field
from callbacks.errors import WrongState
from callbacks.people import second_factor, sessions, users


def _change_role(session: Session, email: str, now: datetime) -> str:
    if email.casefold() == g.user.email:
        raise WrongState("You cannot change your own role. Ask another administrator.")
    before = users.user_named(session, email).role
    user = users.change_role(session, email, field("role"), now, field("technician", 255))
    return f"{user.email} was {before.value} and is now {user.role.value}. They are logged out everywhere."


def _turn_off_second_factor(session: Session, email: str, now: datetime) -> str:
    if email.casefold() == g.user.email:
        raise WrongState("Turn off your second factor on your own account, which asks for it.")
    had = second_factor.remove_factors(session, email, now)
    return f"{email} now logs in with a password only. Removed: {had or 'nothing'}. They are logged out everywhere."


def _log_out(session: Session, email: str, now: datetime) -> str:
    sessions.end_all(session, users.user_named(session, email).id)
    return f"{email} is logged out everywhere."


def _remove(session: Session, email: str, now: datetime) -> str:
    if email.casefold() == g.user.email:
        raise WrongState("You cannot remove yourself. Ask another administrator.")
    role = users.user_named(session, email).role
    users.remove_user(session, email)
    return f"{email} ({role.value}) was removed."


CHANGES: dict[str, Callable[[Session, str, datetime], str]] = {
    "role": _change_role,
    "no-second-factor": _turn_off_second_factor,
    "log-out": _log_out,
    "remove": _remove,
}
