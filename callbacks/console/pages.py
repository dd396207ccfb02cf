"""The supervisors' pages: who is owed a call, what happened to the second, and the first things to do about it.

Pages are rendered on the server and work without a script. Nothing is changed by looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_from_directory,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from callbacks import saying, users
from callbacks.console import queries, words
from callbacks.console.actions import ACTS, LONGEST_NOTE, OUTCOMES, Request, act
from callbacks.console.session import form_token, guarded, is_genuine, log_in, own_place, set_up_cookies, user_of
from callbacks.database import Database
from callbacks.desk import Desk
from callbacks.errors import DeskError
from callbacks.health import unready
from callbacks.links import Links
from callbacks.tables import User
from sla.clock import Clock

log = structlog.get_logger(__name__)

DEMO_USER, DEMO_PASSWORD = "supervisor@example.com", "night-desk-demo"
LAST_PAGE = 100_000

IN_WORDS = {
    403: ("Refused", "You may look at this, but not do it."),
    404: ("Not here", "There is no such page, or no such callback. Look for it in the list."),
    405: ("Refused", "This cannot be done that way. Go back to the page and use its buttons."),
    413: ("Too much", "What you sent is too long. Go back and shorten it."),
}
DATABASE_AWAY = "Callers can still leave messages: the carrier keeps them. Look at the server, then open this again."
STALE_FORM = "This form is from an ended session, or its cookie is missing. Open the page again and repeat it."


@dataclass(frozen=True)
class ConsoleParts:
    """What the console works with."""

    database: Database
    desk: Desk
    clock: Clock
    media_dir: Path
    public_url: str
    demo: bool = False


def media_blueprint(parts: ConsoleParts, links: Links) -> Blueprint:
    """The signed links by which the carrier plays a message to a technician: public, and good for an hour."""
    media = Blueprint("media", __name__)

    @media.get("/media/<token>.wav")
    def message(token: str) -> Response:
        voicemail_id = links.voicemail_in(token)
        if voicemail_id is None:
            abort(404)
        return _audio(parts, voicemail_id)

    return media


def console_blueprint(parts: ConsoleParts) -> Blueprint:
    """The supervisors' pages at "/". All but the login are for users; a change is a POST with the form's token."""
    console = Blueprint("console", __name__, template_folder="templates", static_folder="static")
    _guard(console, parts)
    _add_logins(console, parts)
    _add_pages(console, parts)
    _add_acts(console, parts)
    return console


OPEN_TO_ALL = {"console.login", "console.check_password"}


def _guard(console: Blueprint, parts: ConsoleParts) -> None:
    console.record_once(lambda state: set_up_cookies(state.app.config, parts.public_url))

    @console.before_request
    def let_in() -> ResponseReturnValue | None:
        if request.endpoint == "console.static":
            return None
        now = parts.clock.now()
        g.user = parts.database.read(lambda db: user_of(db, session, now)) if "user" in session else None
        if g.user is None and request.endpoint not in OPEN_TO_ALL:
            return redirect(url_for("console.login", next=request.full_path.rstrip("?")), 303)
        is_change = request.method not in ("GET", "HEAD", "OPTIONS")
        if is_change and not is_genuine(session, request.form.get("form_token", "")):
            raise Forbidden(STALE_FORM)
        return None

    @console.after_request
    def keep_to_itself(response: Response) -> Response:
        return guarded(response, demo=parts.demo, is_page=request.endpoint != "console.static")

    @console.app_context_processor
    def for_every_template() -> dict[str, Any]:
        return _vocabulary(parts)

    @console.errorhandler(HTTPException)
    def refused(fault: HTTPException) -> ResponseReturnValue:
        return _refusal(fault)

    @console.errorhandler(SQLAlchemyError)
    def away(fault: SQLAlchemyError) -> ResponseReturnValue:
        log.exception("a page could not be shown", path=request.path)
        return render_template("refusal.html", title="The database does not answer", sentence=DATABASE_AWAY), 503

    @console.app_errorhandler(405)
    @console.app_errorhandler(404)
    def nowhere(fault: HTTPException) -> ResponseReturnValue:
        if request.blueprint or "text/html" not in request.headers.get("Accept", ""):
            return fault.get_response()
        page, status = _refusal(fault)
        return guarded(Response(page, status), demo=parts.demo)


def _vocabulary(parts: ConsoleParts) -> dict[str, Any]:
    """What every template may say: times on the desk's clock, lengths, numbers."""
    now, zone = parts.clock.now(), parts.desk.zone

    def shown(at: datetime) -> str:
        return words.clock(at, zone, now)

    def shown_to_the_second(at: datetime) -> str:
        return words.to_the_second(at, zone, now)

    def in_zone(at: datetime) -> str:
        return at.astimezone(zone).isoformat(timespec="seconds")

    return {
        "now": now,
        "desk": parts.desk,
        "user": g.get("user"),
        "may_act": _may_act(g.get("user")),
        "form_token": lambda: form_token(session),
        "shown": shown,
        "shown_to_the_second": shown_to_the_second,
        "in_zone": in_zone,
        "length": saying.length,
        "readable_number": saying.readable_number,
    }


def _refusal(fault: HTTPException) -> tuple[str, int]:
    status = fault.code or 500
    title, sentence = IN_WORDS.get(status, (fault.name, fault.description or ""))
    if status == 403 and fault.description != Forbidden.description:
        sentence = fault.description or sentence
    return render_template("refusal.html", title=title, sentence=sentence), status


def _may_act(user: User | None) -> bool:
    return user is not None and user.role in users.MAY_ACT


def _add_logins(console: Blueprint, parts: ConsoleParts) -> None:
    @console.get("/login")
    def login() -> ResponseReturnValue:
        if g.user is not None:
            return redirect(own_place(request.args.get("next", "")), 303)
        return _login_page(parts)

    @console.post("/login")
    def check_password() -> ResponseReturnValue:
        email, password, now = _field("email"), request.form.get("password", ""), parts.clock.now()
        user = users.authenticate(parts.database, email, password, now)
        if user is None:
            log.warning("a login was refused")
            return _login_page(parts, email=email, failed=True), 401
        log_in(session, user, now)
        return redirect(own_place(request.form.get("next", "")), 303)

    @console.post("/logout")
    def logout() -> ResponseReturnValue:
        session.clear()
        return redirect(url_for("console.login"), 303)


def _login_page(parts: ConsoleParts, email: str = "", *, failed: bool = False) -> str:
    asked_for = own_place(request.values.get("next", ""))
    demo = (DEMO_USER, DEMO_PASSWORD) if parts.demo else None
    return render_template("login.html", email=email, failed=failed, next=asked_for, demo=demo)


def _add_pages(console: Blueprint, parts: ConsoleParts) -> None:
    @console.get("/")
    def callbacks() -> str:
        now, page = parts.clock.now(), _page_number()
        found = parts.database.read(lambda db: queries.callbacks(db, parts.desk, now, page))
        return render_template("callbacks.html", found=found, alarm=unready(parts.database, parts.clock))

    @console.get("/callbacks/<reference>")
    def callback(reference: str) -> str:
        now, name = parts.clock.now(), _printable(reference)
        whole = parts.database.read(lambda db: queries.whole_story(db, parts.desk, now, name))
        if whole is None:
            raise NotFound
        return render_template("callback.html", whole=whole, outcomes=OUTCOMES, longest_note=LONGEST_NOTE)

    @console.get("/calls")
    def calls() -> str:
        page = _page_number()
        log = parts.database.read(lambda db: queries.call_log(db, page))
        return render_template("calls.html", log=log)

    @console.get("/voicemails/<int:voicemail_id>.wav")
    def voicemail(voicemail_id: int) -> Response:
        return _audio(parts, voicemail_id)


def _add_acts(console: Blueprint, parts: ConsoleParts) -> None:
    @console.post("/callbacks/<reference>/<what>")
    def change(reference: str, what: str) -> ResponseReturnValue:
        if not _may_act(g.user):
            raise Forbidden
        if what not in ACTS:
            raise NotFound
        name, form = _printable(reference), {field: _field(field) for field in request.form}
        asked = Request(parts.desk, g.user.email, form, parts.clock.now())
        try:
            flash(parts.database.write(lambda db: act(db, name, what, asked)), "done")
        except DeskError as refusal:
            flash(str(refusal), "refused")
        return redirect(url_for("console.callback", reference=name), 303)


def _audio(parts: ConsoleParts, voicemail_id: int) -> Response:
    name = parts.database.read(lambda db: queries.audio_of(db, voicemail_id)) if voicemail_id < 2**31 else None
    if name is None:
        abort(404)
    # Resolved, because Flask would look for a relative folder beside the app; whole or by ranges, as players ask.
    response = send_from_directory(parts.media_dir.resolve(), name, mimetype="audio/wav", conditional=True)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page_number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def _field(name: str) -> str:
    return _printable(request.form.get(name, ""))


def _printable(text: str) -> str:
    """Leave out what no keyboard types and no database takes. A line may end, and French has its own spaces."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t\u00a0\u202f")
