"""The pages of the console: who may see them, and what can be done on them. Nothing changes by GET."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console import session as login_session
from callbacks.console.access import (
    ConsoleParts,
    audio_of,
    for_everyone,
    for_readers,
    kept_to_ourselves,
    note_listener,
    refuse_what_cannot_be_stored,
    visible_to,
)
from callbacks.console.account.login import login_pages
from callbacks.console.account.routes import account_pages
from callbacks.console.callbacks import views
from callbacks.console.callbacks.acts import HIDDEN_AT_FIRST, acts_of, steering_pages
from callbacks.console.callbacks.search import found_pages
from callbacks.console.callbacks.why import why_page
from callbacks.console.forms import refused_within, typed_into
from callbacks.console.now.board import panel
from callbacks.console.people.routes import people_pages
from callbacks.console.people.users import users_pages
from callbacks.console.reports.routes import reports_pages
from callbacks.console.reports.what_if import what_if_page
from callbacks.console.rota.routes import rota_pages
from callbacks.console.setup.audit_log import audit_page
from callbacks.console.setup.routes import setup_pages
from callbacks.db.states import ReportedOutcome, Role
from callbacks.db.tables import Callback, Voicemail
from callbacks.errors import NotFound
from callbacks.links import Links
from callbacks.oncall import store
from callbacks.people import users
from callbacks.records.search import PRIORITIES
from callbacks.text.formats import LANGUAGES, caller_in_words, day_in_words, moment


def media_blueprint(parts: ConsoleParts, links: Links) -> Blueprint:
    """Messages by a signed link that expires: what the carrier fetches to play one to a technician."""
    media = Blueprint("media", __name__)
    media.before_request(refuse_what_cannot_be_stored)

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
    login_pages(console, parts)
    account_pages(console, parts)
    users_pages(console, parts)
    setup_pages(console, parts)
    audit_page(console, parts)
    _reading_pages(console, parts)
    steering_pages(console, parts)
    people_pages(console, parts)
    what_if_page(console, parts)
    why_page(console, parts)
    found_pages(console, parts)
    rota_pages(console, parts)
    reports_pages(console, parts)
    return console


def _guard(console: Blueprint, parts: ConsoleParts) -> None:
    """What holds for every page: who is there, the token on every change, headers, times, errors in words."""

    console.before_request(refuse_what_cannot_be_stored)

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
    def at(instant: datetime | None, seconds: bool = False) -> str:
        if instant is None:
            return ""
        words = moment(instant, parts.desk.zone, parts.clock.now(), seconds=seconds)
        return Markup('<time datetime="{}">{}</time>').format(instant.isoformat(), words)

    console.add_app_template_filter(caller_in_words, "caller")
    console.add_app_template_filter(day_in_words, "day")
    console.add_app_template_filter(LANGUAGES.__getitem__, "language")

    console.add_app_template_global(typed_into)
    console.add_app_template_global(refused_within)

    @console.app_template_global("local")
    def local(instant: datetime) -> str:
        """An instant as a field of a form takes it: desk time, without a zone."""
        return f"{instant.astimezone(parts.desk.zone):%Y-%m-%dT%H:%M:%S}"

    @console.context_processor
    def on_every_page() -> dict[str, Any]:
        user = g.get("user")
        role = user.role if user is not None else None
        return {
            "user": user,
            "is_technician": role is Role.TECHNICIAN,
            "is_administrator": role is Role.ADMINISTRATOR,
            "may_steer": role in users.MAY_STEER,
            "token": login_session.token,
            "demo": parts.demo,
        }

    for status in (400, 403, 404):
        console.register_error_handler(status, _in_words)


def _say_whose(parts: ConsoleParts, reference: str) -> None:
    """Tell a technician who opens what somebody else has ended that it is over, and not that it never was."""
    hidden = select(Callback).where(Callback.reference == reference.upper())
    callback = parts.database.read(lambda session: session.scalar(hidden))
    if callback is not None:
        whose = f", and was {callback.owner.name}'s" if callback.owner is not None else ""
        abort(403, f"{callback.reference} is over{whose}. Technicians see open callbacks and their own.")


def _in_words(fault: Any) -> ResponseReturnValue:
    words = "There is no such page." if fault.code == 404 else fault.description
    return render_template("trouble.html", title="That did not work", words=words), int(fault.code)


def _reading_pages(console: Blueprint, parts: ConsoleParts) -> None:
    @console.get("/")
    @for_everyone
    def callbacks() -> str:
        now = parts.clock.now()

        def work(session: Session) -> dict[str, Any]:
            plan, visible = store.schedule(session, parts.desk, now), visible_to(g.user)
            return {
                "open": views.open_callbacks(session, parts.desk, plan, visible, now),
                "closed": views.latest_closed(session, parts.desk, visible, now),
                "panel": panel(session, parts.desk, plan, now),
            }

        return render_template("callbacks.html", title="Now", now=now, **parts.database.read(work))

    @console.get("/callbacks/<reference>")
    @for_everyone
    def callback(reference: str) -> str:
        now = parts.clock.now()
        try:
            story = parts.database.read(
                lambda session: views.story(session, parts.desk, reference, visible_to(g.user), now)
            )
        except NotFound:
            _say_whose(parts, reference)
            abort(404)
        products = {coverage.value: found for coverage, found in parts.desk.coverage.by_coverage.items()}
        acts = acts_of(g.user.role)
        title = f"Callback {story.row.reference}"
        more_is_open = any(
            refused_within(url_for("console.steer", reference=reference, act=act)) for act in HIDDEN_AT_FIRST
        )
        return render_template(
            "callback.html",
            title=title,
            story=story,
            products=products,
            acts=acts,
            now=now,
            outcomes=[outcome.value for outcome in ReportedOutcome],
            priorities=PRIORITIES,
            more_is_open=more_is_open,
        )

    @console.get("/calls")
    @for_readers
    def calls() -> str:
        before = request.args.get("before", "")[:64]
        page = parts.database.read(lambda session: views.calls(session, before))
        return render_template("calls.html", title="All calls", calls=page)

    @console.get("/voicemails/<int:voicemail_id>.wav")
    @for_everyone
    def voicemail(voicemail_id: int) -> Response:
        now = parts.clock.now()

        def work(session: Session) -> None:
            found = session.scalar(
                select(Voicemail)
                .outerjoin(Callback, Callback.call_sid == Voicemail.call_sid)
                .where(Voicemail.id == voicemail_id, visible_to(g.user))
            )
            if found is None:
                abort(404)
            note_listener(session, found, g.user.email, now)

        parts.database.write(work)
        return audio_of(parts, voicemail_id)
