"""The technician's screen of one callback, behind the signed link in a text.

The link is the key: whoever holds it acts as the technician who was paged, until it expires. Opening it changes
nothing, because scanners of messages and mail open links. Only the buttons do, which post.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.acts import life
from callbacks.console.audio import audio_response, note_listener
from callbacks.console.context import current
from callbacks.console.forms import write_and_redirect
from callbacks.console.link_page import acts
from callbacks.console.link_page.screen import OUTCOMES, callback_screen, voicemail_of
from callbacks.console.security import add_security_headers, refuse_nul_characters
from callbacks.db.tables import Callback, Page, Technician
from callbacks.errors import WrongState

Act = Callable[[Session, Callback, Technician, datetime], str]

blueprint = Blueprint("link_page", __name__)
blueprint.before_request(refuse_nul_characters)


@blueprint.after_request
def add_headers(response: Response) -> Response:
    add_security_headers(response, referrer_policy="no-referrer")  # the address is the key
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/t/<token>")
def index(token: str) -> ResponseReturnValue:
    context = current()
    page_id = context.links.page_in(token)
    if page_id is None:
        return _expired()
    screen = context.database.read(
        lambda session: callback_screen(session, context.desk, session.get_one(Page, page_id), context.now())
    )
    return render_template("link_page/callback.html", screen=screen, token=token, outcomes=OUTCOMES)


@blueprint.get("/t/<token>/message.wav")
def message(token: str) -> Response:
    context = current()
    page_id = context.links.page_in(token)
    if page_id is None:
        abort(404)
    return audio_response(context.database.write(lambda session: _listen(session, page_id)))


def _listen(session: Session, page_id: int) -> int:
    """Record that the technician listens, and return which voicemail it is. Abort with 404 when there is none."""
    page = session.get_one(Page, page_id)
    voicemail = voicemail_of(session, page)
    if voicemail is None:
        abort(404)
    note_listener(session, voicemail, page.technician.name, current().now())
    return voicemail.id


@blueprint.post("/t/<token>/take")
def take(token: str) -> ResponseReturnValue:
    return _run(token, acts.take)


@blueprint.post("/t/<token>/connect")
def connect(token: str) -> ResponseReturnValue:
    return _run(token, acts.connect)


@blueprint.post("/t/<token>/pass")
def pass_on(token: str) -> ResponseReturnValue:
    return _run(token, acts.pass_on)


@blueprint.post("/t/<token>/outcome")
def outcome(token: str) -> ResponseReturnValue:
    return _run(token, acts.record_outcome)


@blueprint.post("/t/<token>/note")
def note(token: str) -> ResponseReturnValue:
    return _run(token, acts.add_note)


def _run(token: str, act: Act) -> ResponseReturnValue:
    context = current()
    page_id, now = context.links.page_in(token), context.now()
    if page_id is None:
        return _expired()

    def work(session: Session) -> str:
        page = session.get_one(Page, page_id)
        if page.callback_id is None:
            raise WrongState("This page is not about a callback.")
        return act(session, life.held(session, page.callback_id), page.technician, now)

    return write_and_redirect(work, url_for(".index", token=token))


def _expired() -> ResponseReturnValue:
    return render_template("link_page/expired.html"), 410
