"""Changing one's own password."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console import login_attempts, login_session
from callbacks.console.access import for_own_account
from callbacks.console.context import current
from callbacks.console.forms import note_change, run_and_redirect
from callbacks.db.tables import User
from callbacks.people import passwords, users

blueprint = Blueprint("password", __name__)


@blueprint.post("/account/password")
@for_own_account
def change() -> ResponseReturnValue:
    return run_and_redirect(lambda: _change(current().now()), url_for("console.account.index"))


def _change(now: datetime) -> str:
    context = current()
    login_attempts.confirm_password(now)
    about = [g.user.email, *context.desk.names()]
    password_hash = passwords.hashed(request.form.get("password", ""), about)

    def work(session: Session) -> User:
        user = users.change_password(session, g.user.email, password_hash)
        note_change(session, now, "account: password")
        return user

    login_session.begin(context.database.write(work), now)  # the change ended every session, this one included
    return "Your password was changed. Every other session is logged out."
