"""Logging in with a passkey, and what a browser needs to ask for one."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console import access_log, login_attempts, login_session
from callbacks.console.access import for_own_account
from callbacks.console.account.challenges import Use, issued, taken
from callbacks.console.context import current
from callbacks.db.tables import User
from callbacks.errors import TooManyLogins
from callbacks.people import passkeys
from callbacks.people.lockout import count_attempt
from callbacks.people.passkeys import RelyingParty

LONGEST_ANSWER = 20_000
BY_PASSKEY = "by passkey"

blueprint = Blueprint("passkeys", __name__)


@blueprint.post("/login/passkey/options")
def login_options() -> ResponseReturnValue:
    """Return what the browser needs to log in. After a password it offers that user's passkeys only."""
    context = current()
    now = context.now()
    user_id = login_session.user_awaiting_code(now)
    user = context.database.read(lambda session: session.get(User, user_id)) if user_id is not None else None
    return _as_json(passkeys.authentication_options(_party(), user, issued(Use.LOG_IN, now)))


@blueprint.post("/login/passkey")
def check_passkey() -> ResponseReturnValue:
    """Log in the user whose passkey signed. The device has verified its user, so no password is needed."""
    now = current().now()
    try:
        login_attempts.refuse_too_many(login_attempts.origin_of(None, now), "", now)
    except TooManyLogins as refused:
        flash(str(refused))
        return redirect(url_for("console.account.login"))
    user, warning = current().database.write(lambda session: _logged_in(session, now))
    if user is None:
        flash(
            "That passkey is not registered here, or it took more than five minutes. Try again, or use your password."
        )
        return redirect(url_for("console.account.login"))
    login_session.begin(user, now)
    if warning:
        flash(warning, "trouble")
    return redirect(url_for("console.now.index"))


def _logged_in(session: Session, now: datetime) -> tuple[User | None, str]:
    challenge = taken(Use.LOG_IN)
    signed = request.form.get("signed", "")[:LONGEST_ANSWER]
    user = passkeys.user_who_signed(session, _party(), challenge, signed, now) if challenge is not None else None
    if user is None:
        access_log.note(session, now, access_log.NOBODY, access_log.FAILED, BY_PASSKEY)
        return None, ""
    # A passkey cannot be guessed, so a lock of the password does not refuse it.
    count_attempt(session, user.email, login_attempts.origin_of(user, now), True, now, is_complete=True)
    return user, login_attempts.note_log_in(session, user.id, now, BY_PASSKEY)


@blueprint.post("/account/passkeys/<any('add', 'confirm'):use>/options")
@for_own_account
def account_options(use: str) -> ResponseReturnValue:
    """Return what the browser needs to add a passkey, or to confirm a change with one."""
    options = passkeys.registration_options if use == Use.ADD.value else passkeys.authentication_options
    return _as_json(options(_party(), g.user, issued(Use(use), current().now())))


def _party() -> RelyingParty:
    return current().relying_party or abort(404)


def _as_json(options: str) -> Response:
    return Response(options, mimetype="application/json")
