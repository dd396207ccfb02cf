"""One's own account: the password, the second factor, and the end of every session."""

from __future__ import annotations

import pyotp
import segno
from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console import session as login_session
from callbacks.console.access import ConsoleParts, for_everyone, note_change
from callbacks.console.forms import done, refused
from callbacks.db.tables import User
from callbacks.errors import DeskError, WrongState
from callbacks.people import users


def account_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes below /account. Each act asks for the password again: the screen may have been left alone."""

    @console.get("/account")
    @for_everyone
    def account() -> str:
        secret = pyotp.random_base32()
        company = parts.desk.company.name["en"]
        address = pyotp.TOTP(secret).provisioning_uri(name=g.user.email, issuer_name=company)
        picture = segno.make(address, micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
        return render_template("account.html", title="Your account", secret=secret, picture=picture)

    @console.post("/account/<any('password', 'second-factor', 'no-second-factor', 'log-out'):act>")
    @for_everyone
    def change_account(act: str) -> ResponseReturnValue:
        now = parts.clock.now()
        try:
            if users.authenticate(parts.database, g.user.email, request.form.get("old", "")[:255], now) is None:
                raise WrongState("That is not your password, or the account is locked for a while.")
            user, said = parts.database.write(lambda session: change(session, act))
        except DeskError as fault:
            refused(fault)
        else:
            login_session.begin(user, now)  # a new key has ended every other session; this one goes on
            done(said)
        return redirect(url_for("console.account"))

    def change(session: Session, act: str) -> tuple[User, str]:
        now, form = parts.clock.now(), request.form
        user = users.user_named(session, g.user.email)
        match act:
            case "password":
                users.change_password(session, user.email, form.get("password", "")[:255])
                said = "Your password is changed; everybody else who was logged in as you is logged out."
            case "second-factor":
                users.begin_second_factor(session, user.id, form.get("secret", "")[:64], form.get("code", ""), now)
                said = "From now on, logging in asks for the code of your app as well."
            case "no-second-factor":
                users.end_second_factor(session, user.email)
                said = "Logging in asks for the password only."
            case _:
                users.end_sessions(user)
                said = "You are logged out everywhere else."
        note_change(session, now, f"account: {act}")
        return user, said
