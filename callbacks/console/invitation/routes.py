"""Where an invited user chooses a password. Opening the link changes nothing, because mail scanners open links."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.errors import NotFound, WrongState
from callbacks.people import invitations
from callbacks.records import audit_log

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
    now, password = current().now(), request.form.get("password", "")

    def work(session: Session) -> None:
        user = invitations.accept(session, key, password, now)
        audit_log.note(session, now, user.email, "chose a password", "with an invitation link")

    try:
        current().database.write(work)
    except WrongState as refused:
        flash(str(refused), "trouble")
        return _form(key, 400)
    except NotFound:
        return _form(key)
    flash("Your password is set. Log in with it.", "done")
    return redirect(url_for("console.account.login"))


def _form(key: str, status: int = 200) -> ResponseReturnValue:
    now = current().now()
    try:
        user = current().database.read(lambda session: invitations.invited_user(session, key, now))
    except NotFound as gone:
        return render_template("error.html", title="This link has expired", message=str(gone)), 410
    return render_template("invitation/index.html", title="Choose a password", email=user.email), status
