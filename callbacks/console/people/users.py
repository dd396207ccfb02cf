"""The users of the console: who they are and what they may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_administrators, note_change
from callbacks.console.forms import done, refused
from callbacks.db.tables import User
from callbacks.errors import DeskError, WrongState
from callbacks.people import users
from callbacks.people.technicians import everybody


def users_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes below /users."""

    @console.get("/users")
    @for_administrators
    def users_shown() -> str:
        def work(session: Session) -> tuple[Sequence[User], list[str]]:
            return users.everyone(session), [row.name for row in everybody(session)]

        everyone, technicians = parts.database.read(work)
        return render_template(
            "users.html", title="Users", users=everyone, roles=users.ROLES, technicians=technicians,
            now=parts.clock.now(),
        )  # fmt: skip

    @console.post("/users/<act>")
    @for_administrators
    def change_users(act: str) -> ResponseReturnValue:
        chosen, now, email = ACTS.get(act), parts.clock.now(), request.form.get("email", "").strip()[:255]
        if chosen is None:
            abort(404)

        def work(session: Session) -> str:
            chosen(session, email, now)
            note_change(session, now, f"users: {act}")
            return SAID[act].format(email=email)

        try:
            done(parts.database.write(work))
        except DeskError as fault:
            refused(fault)
        return redirect(url_for("console.users_shown"))


def _remove(session: Session, email: str, now: datetime) -> None:
    if email.casefold() == g.user.email:
        raise WrongState("You cannot remove yourself. Somebody else has to.")
    users.remove_user(session, email)


def _add(session: Session, email: str, now: datetime) -> None:
    password, role, technician = (request.form.get(name, "")[:255] for name in ("password", "role", "technician"))
    users.add_user(session, email, role, password, now, technician)


ACTS: dict[str, Callable[[Session, str, datetime], object]] = {
    "add": _add,
    "password": lambda session, email, now: users.change_password(session, email, request.form.get("password", "")),
    "no-second-factor": lambda session, email, now: users.end_second_factor(session, email),
    "log-out": lambda session, email, now: users.end_sessions(users.user_named(session, email)),
    "remove": _remove,
}
SAID = {
    "add": "{email} may use the console.",
    "password": "{email} has a new password and is logged out everywhere.",
    "no-second-factor": "{email} logs in by password only.",
    "log-out": "{email} is logged out everywhere.",
    "remove": "{email} may use the console no more.",
}
