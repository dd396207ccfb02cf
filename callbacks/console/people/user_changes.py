"""What administrators change about the users of the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import g, request
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.console.forms import field
from callbacks.errors import WrongState
from callbacks.people import passwords, second_factor, sessions, users


def _add(session: Session, email: str, now: datetime) -> str:
    role, technician = field("role"), field("technician")
    users.add_user(session, email, role, request.form.get("password", ""), now, technician)
    return f"{email} was added."


def _set_password(session: Session, email: str, now: datetime) -> str:
    about = [email, *current().desk.company.names()]
    users.change_password(session, email, passwords.hashed(request.form.get("password", ""), about))
    return f"{email} has a new password and is logged out everywhere."


def _turn_off_second_factor(session: Session, email: str, now: datetime) -> str:
    second_factor.end_second_factor(session, email)
    return f"{email} logs in with a password only."


def _log_out(session: Session, email: str, now: datetime) -> str:
    sessions.end_all(session, users.user_named(session, email).id)
    return f"{email} is logged out everywhere."


def _remove(session: Session, email: str, now: datetime) -> str:
    if email.casefold() == g.user.email:
        raise WrongState("You cannot remove yourself. Ask another administrator.")
    users.remove_user(session, email)
    return f"{email} was removed."


CHANGES: dict[str, Callable[[Session, str, datetime], str]] = {
    "add": _add,
    "password": _set_password,
    "no-second-factor": _turn_off_second_factor,
    "log-out": _log_out,
    "remove": _remove,
}
