"""Logging in and out, and the user's own account."""

from __future__ import annotations

from datetime import datetime

import pyotp
import segno
from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console import access_log, login_attempts, login_session
from callbacks.console.access import for_own_account
from callbacks.console.account import login_screens
from callbacks.console.account.changes import CHANGES, makes_recovery_codes
from callbacks.console.account.factor_confirmation import confirm_factor
from callbacks.console.account.offered_secret import offered_secret
from callbacks.console.context import current
from callbacks.console.forms import note_change, run_and_redirect
from callbacks.db.tables import User
from callbacks.errors import TooManyLogins
from callbacks.people import recovery_codes, second_factor, sessions, users
from callbacks.people.required_factor import has_factor
from callbacks.people.totp_secrets import UnreadableSecret

blueprint = Blueprint("account", __name__)


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    return login_screens.login_form()


@blueprint.post("/login")
def check_password() -> ResponseReturnValue:
    email, password, now = request.form.get("email", ""), request.form.get("password", ""), current().now()
    try:
        user = login_attempts.authenticated(email, password, now)
    except TooManyLogins as refused:
        return login_screens.refused(refused, login_screens.login_form)
    if user is None:
        flash("Wrong email or password, or the account is locked for a few minutes.")
        return login_screens.login_form(401)
    if has_factor(user):
        login_session.await_factor(user, now)
        return redirect(url_for(".login_code"))
    return login_screens.log_in(user, now)


@blueprint.get("/login/code")
def login_code() -> ResponseReturnValue:
    if login_session.user_awaiting_code(current().now()) is None:
        return redirect(url_for(".login"))
    return login_screens.code_form()


@blueprint.post("/login/code")
def check_code() -> ResponseReturnValue:
    code, now = request.form.get("code", "")[:20], current().now()
    user = _user_awaiting_code(now)
    if user is None:
        return redirect(url_for(".login"))
    try:
        if _is_code(user, code, now):
            return login_screens.log_in(user, now)
    except TooManyLogins as refused:
        return login_screens.refused(refused, login_screens.code_form)
    except UnreadableSecret as unreadable:
        flash(str(unreadable))
        return login_screens.code_form(401)
    flash("That code is wrong, expired or already used, or the account is locked for a few minutes.")
    return login_screens.code_form(401)


@blueprint.post("/logout")
def log_out() -> ResponseReturnValue:
    now = current().now()
    if g.user is not None:
        current().database.write(lambda session: access_log.note(session, now, g.user.email, access_log.LOGGED_OUT))
    login_session.end()
    return redirect(url_for(".login"))


def _user_awaiting_code(now: datetime) -> User | None:
    user_id = login_session.user_awaiting_code(now)
    return current().database.read(lambda session: session.get(User, user_id)) if user_id is not None else None


def _is_code(user: User, code: str, now: datetime) -> bool:
    return login_attempts.passed(
        user,
        lambda session, origin: second_factor.check_code(session, user.id, code, current().totp_secrets, origin, now),
        "by code",
        now,
    )


@blueprint.get("/account")
@for_own_account
def index() -> str:
    secret = offered_secret()
    company = current().desk.company.name["en"]
    address = pyotp.TOTP(secret).provisioning_uri(name=g.user.email, issuer_name=company)
    qr_code = segno.make(address, micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    now, database = current().now(), current().database
    return render_template(
        "account/index.html",
        title="Your account",
        secret=secret,
        qr_code=qr_code,
        takes_passkey=current().relying_party is not None,
        codes_left=database.read(lambda session: recovery_codes.codes_left(session, g.user.id)),
        sessions=database.read(lambda session: sessions.of_user(session, g.user.id, now)),
        login=g.login,
    )


@blueprint.post("/account/<act>")
@for_own_account
def change(act: str) -> ResponseReturnValue:
    """Change the user's second factor. Each change needs the password, since a screen may have been left unattended.

    It also needs the second factor, if there is one, because somebody else may know the password.
    """
    if act not in CHANGES:
        abort(404)
    return run_and_redirect(lambda: _change(act, current().now()), url_for(".index"))


def _change(act: str, now: datetime) -> str:
    login_attempts.confirm_password(now)
    confirm_factor(g.user, now)

    def work(session: Session) -> tuple[User, str]:
        user = users.user_named(session, g.user.email)
        makes_codes = makes_recovery_codes(act, user)
        message = CHANGES[act](session, user, now)
        codes = _new_recovery_codes(session, user) if makes_codes else ""
        note_change(session, now, f"account: {act}", {"result": message})
        return user, f"{message} {codes}".strip()

    user, message = current().database.write(work)
    login_session.begin(user, now)  # the change ended every session, this one included
    return message


def _new_recovery_codes(session: Session, user: User) -> str:
    codes = recovery_codes.new_codes(session, user.id, current().totp_secrets.secret_key)
    return (
        "Save these recovery codes somewhere safe, apart from your phone. Each replaces your second factor once. "
        "They are shown only this once:\n" + "\n".join(codes)
    )
