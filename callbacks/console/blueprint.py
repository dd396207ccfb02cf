"""The console: one parent blueprint whose rules hold for every family of screens below it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from callbacks.console import access_log, audio, health, login_session
from callbacks.console.account import passkey_routes as passkeys
from callbacks.console.account import password, sessions
from callbacks.console.account import routes as account
from callbacks.console.announcements import routes as announcements
from callbacks.console.blocked_numbers import routes as blocked_numbers
from callbacks.console.callbacks import routes as callbacks
from callbacks.console.context import EXTENSION, ConsoleContext, current
from callbacks.console.cookies import protect_flasks_cookie
from callbacks.console.customers import routes as customers
from callbacks.console.forget import routes as forget
from callbacks.console.forms import refused_within, typed_into
from callbacks.console.invitation import routes as invitation
from callbacks.console.link_page import routes as link_page
from callbacks.console.now import routes as now
from callbacks.console.people import routes as people
from callbacks.console.queue import routes as queue
from callbacks.console.reports import routes as reports
from callbacks.console.rota import feed
from callbacks.console.rota import routes as rota
from callbacks.console.row_number import RowNumber
from callbacks.console.security import (
    ANY_HOST,
    WENT_WRONG,
    add_security_headers,
    plain_error,
    protect,
    refuse_forged_forms,
    refuse_nul_characters,
)
from callbacks.console.setup import routes as setup
from callbacks.console.status_page import routes as status_page
from callbacks.customers.find import is_number
from callbacks.db.states import SUPERVISING_ROLES, Role
from callbacks.people.second_factor import factors_in_words
from callbacks.records.proofs import PROOF_WORDS
from callbacks.text.formats import LANGUAGES, day_in_words, moment

ERROR_TITLES = {
    400: "Bad request",
    403: "Not allowed",
    404: "Not found",
    413: "Too large",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not available now",
}
ERROR_WORDS = {404: "There is nothing at this address.", 500: WENT_WRONG}

console = Blueprint("console", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
FAMILIES = (
    *(now, queue, callbacks, customers, blocked_numbers, rota, people, reports, announcements, setup, forget),
    *(account, password, sessions, passkeys, invitation),
)
for family in FAMILIES:
    console.register_blueprint(family.blueprint)


def register_console(app: Flask, context: ConsoleContext) -> None:
    """Add the console to an app, with the routes beside it: signed links, the calendar feed, and health."""
    app.url_map.converters["int"] = RowNumber
    app.extensions[EXTENSION] = context
    protect(app, context.public_url)
    protect_flasks_cookie(app, context.public_url)
    for blueprint in (
        console,
        link_page.blueprint,
        status_page.blueprint,
        audio.blueprint,
        feed.blueprint,
        health.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.register_error_handler(404, show_nothing_here)


console.before_request(refuse_nul_characters)


@console.before_request
def load_user() -> None:
    login_session.load(current().now())


console.before_request(refuse_forged_forms)


@console.after_request
def add_headers(response: Response) -> Response:
    add_security_headers(response)
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response


def show_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status == 403:
        access_log.note_refusal(current().now())
    message = ERROR_WORDS.get(status, error.description)
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]  # such as Retry-After
    return render_template("error.html", title=ERROR_TITLES[status], message=message), status, headers


def show_nothing_here(error: HTTPException) -> ResponseReturnValue:
    """Show a screen to somebody who mistyped an address. Below the routes of others an error is a line of text."""
    if request.blueprint is not None or request.path.startswith(ANY_HOST):
        return plain_error(error)
    load_user()
    return add_headers(make_response(show_error(error)))


for status in ERROR_TITLES:
    console.register_error_handler(status, show_error)


@console.context_processor
def user_in_templates() -> dict[str, Any]:
    user = g.get("user")
    role = user.role if user is not None else None
    login = g.get("login")
    return {
        "user": user,
        "session_name": login.key_hash[:16] if login is not None else "",
        "is_technician": role is Role.TECHNICIAN,
        "is_administrator": role is Role.ADMINISTRATOR,
        "is_supervisor": role in SUPERVISING_ROLES,
        "token": login_session.token,
        "clock_now": current().now,
        "demo": current().demo,
    }


@console.app_template_filter("at")
def instant_as_html(instant: datetime | None, seconds: bool = False) -> str:
    """Return an instant in desk time as a <time> element; "" for none."""
    if instant is None:
        return ""
    context = current()
    words = moment(instant, context.desk.zone, context.now(), seconds=seconds)
    return Markup('<time datetime="{}">{}</time>').format(instant.isoformat(), words)


@console.app_template_filter("line_name")
def name_of_line(line: str) -> str:
    return current().desk.line_name(line).english


@console.app_template_global("local")
def instant_as_field(instant: datetime) -> str:
    """Return an instant in desk time as the value of a datetime-local field."""
    return f"{instant.astimezone(current().desk.zone):%Y-%m-%dT%H:%M:%S}"


@console.app_template_filter("caller")
def caller_as_text(caller: str) -> str:
    """Return the caller that the carrier reported in its usual notation, or "number withheld"."""
    return current().desk.dialing_rules.check(caller).in_words.english


@console.app_template_filter("number_page")
def address_of_number(caller: str | None) -> str:
    """Return the address of what is on record of a number; "" for one of ours, and for a caller without one."""
    is_theirs = caller is not None and is_number(caller) and caller not in current().desk.dialing_rules.own_numbers
    return url_for("console.customers.number", number=caller) if is_theirs else ""


console.add_app_template_filter(day_in_words, "day")
console.add_app_template_filter(factors_in_words, "factors")
console.add_app_template_filter(LANGUAGES.__getitem__, "language")
console.add_app_template_filter(PROOF_WORDS.__getitem__, "proof_words")
console.add_app_template_global(typed_into)
console.add_app_template_global(refused_within)
