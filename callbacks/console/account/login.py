"""Logging in, with the second factor where a user has one, and logging out."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callbacks.console import session as login_session
from callbacks.console.access import ConsoleParts
from callbacks.db.tables import User
from callbacks.people import users
from callbacks.records import audit_log


def login_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes /login, /login/code and /logout."""

    def login_page(status: int = 200) -> ResponseReturnValue:
        """Without any user, the page says how to make the first: on the machine itself, where nobody else can."""
        is_first = not parts.database.read(users.everyone)
        return render_template("login.html", title="Log in", is_first=is_first), status

    def let_in(user: User, now: datetime) -> ResponseReturnValue:
        login_session.begin(user, now)
        parts.database.write(lambda session: audit_log.note(session, now, user.email, "logged in"))
        return redirect(url_for("console.callbacks"))

    @console.get("/login")
    def login() -> ResponseReturnValue:
        return login_page()

    @console.post("/login")
    def log_in() -> ResponseReturnValue:
        now, email, password = parts.clock.now(), request.form.get("email", ""), request.form.get("password", "")
        user = users.authenticate(parts.database, email[:255], password[:255], now)
        if user is None:
            flash("That email and password do not belong together, or the account is locked for a while.")
            return login_page(401)
        if user.second_factor:
            login_session.begin_half(user, now)
            return redirect(url_for("console.login_code"))
        return let_in(user, now)

    @console.get("/login/code")
    def login_code() -> ResponseReturnValue:
        if login_session.half_logged_in(parts.clock.now()) is None:
            return redirect(url_for("console.login"))
        return render_template("login_code.html", title="Log in")

    @console.post("/login/code")
    def log_in_with_code() -> ResponseReturnValue:
        now, code = parts.clock.now(), request.form.get("code", "")[:20]
        user_id = login_session.half_logged_in(now)
        if user_id is None:
            return redirect(url_for("console.login"))
        if parts.database.write(lambda session: users.is_second_factor(session, user_id, code, now)):
            return let_in(parts.database.read(lambda session: session.get_one(User, user_id)), now)
        flash("That is not the code of this moment, it was used already, or the account is locked for a while.")
        return render_template("login_code.html", title="Log in"), 401

    @console.post("/logout")
    def log_out() -> ResponseReturnValue:
        login_session.end()
        return redirect(url_for("console.login"))
