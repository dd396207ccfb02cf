"""The login screens, and how a login ends: for a password, a code and a passkey alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from callbacks.console import login_attempts, login_session
from callbacks.console.context import current
from callbacks.db.tables import User
from callbacks.errors import TooManyLogins
from callbacks.people import users


def refused(why: TooManyLogins, form: Callable[[int], ResponseReturnValue]) -> ResponseReturnValue:
    """Return a form again, with why the attempt was not looked at."""
    flash(str(why))
    response = make_response(form(429))
    response.headers["Retry-After"] = "60"
    return response


def login_form(status: int = 200) -> ResponseReturnValue:
    """Return the login screen. While there are no users, it shows how to add the first on the server."""
    has_users = bool(current().database.read(users.everyone))
    takes_passkey = current().relying_party is not None
    return render_template(
        "account/login.html", title="Log in", has_users=has_users, takes_passkey=takes_passkey
    ), status


def code_form(status: int = 200) -> ResponseReturnValue:
    context = current()
    user_id = login_session.user_awaiting_code(context.now())
    who = context.database.read(lambda session: session.get(User, user_id))
    takes_passkey = bool(who and who.passkeys and context.relying_party)
    has_app = bool(who and who.second_factor)
    return render_template(
        "account/login_code.html", title="Log in", has_app=has_app, takes_passkey=takes_passkey
    ), status


def log_in(user: User, now: datetime, by: str = "") -> ResponseReturnValue:
    login_session.begin(user, now)
    warning = current().database.write(lambda session: login_attempts.note_log_in(session, user.id, now, by))
    if warning:
        flash(warning, "trouble")
    return redirect(url_for("console.now.index"))
