"""The pages of the console: who may see them, and what can be done on them. Nothing changes by GET."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from callbacks import users
from callbacks.console import session as login_session
from callbacks.console import views
from callbacks.console.access import ConsoleParts, audio_of, for_everyone, kept_to_ourselves
from callbacks.console.found_pages import found_pages
from callbacks.console.panel import panel
from callbacks.console.people import people_pages
from callbacks.console.reports_pages import reports_pages
from callbacks.console.rota_pages import rota_pages
from callbacks.console.steering_pages import steering_pages
from callbacks.console.what_if_page import what_if_page
from callbacks.errors import NotFound
from callbacks.links import Links
from callbacks.story import tell
from callbacks.tables import User, Voicemail


def media_blueprint(parts: ConsoleParts, links: Links) -> Blueprint:
    """Messages by a signed link that expires: what the carrier fetches to play one to a technician."""
    media = Blueprint("media", __name__)

    @media.get("/media/<token>.wav")
    def message(token: str) -> Response:
        voicemail_id = links.voicemail_in(token)
        if voicemail_id is None:
            abort(404)
        return audio_of(parts, voicemail_id)

    return media


def console_blueprint(parts: ConsoleParts) -> Blueprint:
    """The supervisors' pages."""
    console = Blueprint(
        "console", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
    )
    _guard(console, parts)
    _login_pages(console, parts)
    _reading_pages(console, parts)
    steering_pages(console, parts)
    people_pages(console, parts)
    what_if_page(console, parts)
    found_pages(console, parts)
    rota_pages(console, parts)
    reports_pages(console, parts)
    return console


def _guard(console: Blueprint, parts: ConsoleParts) -> None:
    """What holds for every page: who is there, the token on every change, headers, times, errors in words."""

    @console.before_request
    def know_who_is_there() -> None:
        now = parts.clock.now()
        g.user = parts.database.read(lambda session: login_session.user_of_session(session, now))
        if request.method not in ("GET", "HEAD") and not login_session.token_is_right(request.form.get("token", "")):
            abort(403, "This page was open for too long, or the form came from elsewhere. Load it again.")

    @console.after_request
    def keep_to_ourselves(answer: Response) -> Response:
        kept_to_ourselves(answer, parts)
        if not request.path.startswith("/static/"):
            answer.headers["Cache-Control"] = "no-store"
        return answer

    @console.app_template_filter("at")
    def at(instant: datetime | None) -> str:
        if instant is None:
            return ""
        local = instant.astimezone(parts.desk.zone)
        return Markup('<time datetime="{}">{}</time>').format(instant.isoformat(), f"{local:%a %d %b %H:%M:%S}")

    @console.context_processor
    def on_every_page() -> dict[str, Any]:
        may_steer = g.get("user") is not None and g.user.role in users.MAY_STEER
        return {"user": g.get("user"), "token": login_session.token, "may_steer": may_steer, "demo": parts.demo}

    for status in (403, 404):
        console.register_error_handler(status, _in_words)


def _in_words(fault: Any) -> ResponseReturnValue:
    words = fault.description if fault.code == 403 else "There is no such page."
    return render_template("trouble.html", title="That did not work", words=words), int(fault.code)


def _login_pages(console: Blueprint, parts: ConsoleParts) -> None:
    @console.get("/login")
    def login() -> str:
        return render_template("login.html", title="Log in")

    @console.post("/login")
    def log_in() -> ResponseReturnValue:
        now, email, password = parts.clock.now(), request.form.get("email", ""), request.form.get("password", "")
        user = users.authenticate(parts.database, email[:255], password[:255], now)
        if user is None:
            flash("That email and password do not belong together, or the account is locked for a while.")
            return render_template("login.html", title="Log in"), 401
        login_session.begin(user, now)
        return redirect(url_for("console.callbacks"))

    @console.post("/logout")
    def log_out() -> ResponseReturnValue:
        login_session.end()
        return redirect(url_for("console.login"))


def _reading_pages(console: Blueprint, parts: ConsoleParts) -> None:
    @console.get("/")
    @for_everyone
    def callbacks() -> str:
        now = parts.clock.now()
        still_open, closed = parts.database.read(lambda s: views.list_of_callbacks(s, parts.desk, now))
        beside = parts.database.read(lambda session: panel(session, parts.desk, now))
        return render_template(
            "callbacks.html", title="Now", open=still_open, closed=closed, panel=beside, now=now
        )  # fmt: skip

    @console.get("/callbacks/<reference>")
    @for_everyone
    def callback(reference: str) -> str:
        now = parts.clock.now()
        try:
            story = parts.database.read(lambda session: views.story(session, parts.desk, reference, now))
        except NotFound:
            abort(404)
        coverage = parts.desk.coverage
        products = {"covered": coverage.covered, "courtesy": coverage.courtesy, "billable": coverage.billable}
        title = f"Callback {story.row.reference}"
        return render_template("callback.html", title=title, story=story, products=products, now=now)

    @console.get("/calls")
    @for_everyone
    def calls() -> str:
        number = request.args.get("page", "1")
        page = parts.database.read(lambda session: views.calls(session, int(number) if number.isdecimal() else 1))
        return render_template("calls.html", title="All calls", calls=page)

    @console.get("/voicemails/<int:voicemail_id>.wav")
    @for_everyone
    def voicemail(voicemail_id: int) -> Response:
        _note_listener(parts, voicemail_id, g.user)
        return audio_of(parts, voicemail_id)


def _note_listener(parts: ConsoleParts, voicemail_id: int, user: User) -> None:
    now = parts.clock.now()

    def work(session: Session) -> None:
        found = session.get(Voicemail, voicemail_id)
        if found is not None and "Range" not in request.headers:
            tell(session, found.call_sid, now, user.email, "heard the message")

    parts.database.write(work)
