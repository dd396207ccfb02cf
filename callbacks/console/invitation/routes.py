"""Where an invited user chooses a password. Opening the link changes nothing, because mail scanners open links."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console import access_log
from callbacks.console.account import login_screens
from callbacks.console.context import current
from callbacks.console.login_attempts import origin_of, refuse_too_many
from callbacks.db.tables import User
from callbacks.errors import NotFound, TooManyLogins, WrongState
from callbacks.people import invitations, passwords

blueprint = Blueprint("invitation", __name__)


@blueprint.after_request
def add_headers(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/invitation/<key>")
def index(key: str) -> ResponseReturnValue:
    return _form(key)


@blueprint.post("/invitation/<key>")
def accept(key: str) -> ResponseReturnValue:
    context = current()
    now, database = context.now(), context.database

    def work(session: Session) -> None:
        user = invitations.accept(session, key, password_hash, now)
        access_log.note(session, now, user.email, "chose a password", "with an invitation link")

    try:
        user = _invited_user(key, now)
        about = [user.email, *context.desk.company.names()]
        password_hash = passwords.hashed(request.form.get("password", ""), about)
        database.write(work)
    except TooManyLogins as why:
        return login_screens.refused(why, lambda status: _form(key, status))
    except WrongState as refused:
        flash(str(refused), "trouble")
        return _form(key, 400)
    except NotFound:
        return _form(key)
    flash("Your password is set. Log in with it.", "done")
    return redirect(url_for("console.account.login"))


def _invited_user(key: str, now: datetime) -> User:
    """Return whose link has this key, once the attempt is counted. Raise TooManyLogins or NotFound."""
    try:
        user = current().database.read(lambda session: invitations.invited_user(session, key, now))
    except NotFound:
        refuse_too_many(origin_of(None, now), "", now)
        raise
    refuse_too_many(origin_of(user, now), user.email, now)
    return user


def _form(key: str, status: int = 200) -> ResponseReturnValue:
    now = current().now()
    try:
        user = current().database.read(lambda session: invitations.invited_user(session, key, now))
    except NotFound as gone:
        error = render_template("error.html", title="This link no longer works", message=str(gone))
        return error, 410 if status == 200 else status
    return render_template("invitation/index.html", title="Choose a password", email=user.email), status
