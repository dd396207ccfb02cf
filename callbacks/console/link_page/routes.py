"""The technician's screen of one callback, behind the signed link in a text.

The link is the key: anybody who has it acts as the technician who was paged, until it expires. Opening it changes
nothing, because spam and virus scanners open links. Only the buttons change anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Requester, Via, perform, technician_by
from callbacks.acts.closing import CloseUnreachable
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, RefuseConsent, SetNumber, deciding_by
from callbacks.acts.details import AddNote
from callbacks.acts.escalation import RequestManager
from callbacks.acts.ownership import Pass, Take
from callbacks.console.audio import audio_response, note_listener
from callbacks.console.context import current
from callbacks.console.forms import field, write_and_redirect
from callbacks.console.link_page.screen import callback_screen
from callbacks.console.security import add_security_headers, refuse_nul_characters
from callbacks.db.states import ReportedOutcome
from callbacks.db.tables import Callback, Page, Technician
from callbacks.errors import WrongState
from callbacks.text.bilingual import Words

NO_OUTCOME = Words("Choose how the call went.", "Choisissez comment l'appel s'est passé.")
LONGEST_NOTE, LONGEST_REASON, LONGEST_NUMBER = 1000, 300, 40

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
    return render_template("link_page/callback.html", screen=screen, token=token)


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
    voicemail = page.callback.call.voicemail if page.callback is not None else None
    if voicemail is None:
        abort(404)
    note_listener(session, voicemail, page.technician.name, current().now())
    return voicemail.id


@blueprint.post("/t/<token>/take")
def take(token: str) -> ResponseReturnValue:
    return _run(token, Take)


@blueprint.post("/t/<token>/connect")
def connect(token: str) -> ResponseReturnValue:
    return _run(token, Connect)


@blueprint.post("/t/<token>/pass")
def pass_on(token: str) -> ResponseReturnValue:
    return _run(token, Pass)


@blueprint.post("/t/<token>/manager")
def manager(token: str) -> ResponseReturnValue:
    return _run(token, lambda: RequestManager(field("why", LONGEST_NOTE)))


@blueprint.post("/t/<token>/consent")
def consent(token: str) -> ResponseReturnValue:
    return _run(token, Consent)


@blueprint.post("/t/<token>/refuse")
def refuse(token: str) -> ResponseReturnValue:
    return _run(token, RefuseConsent)


@blueprint.post("/t/<token>/outcome")
def outcome(token: str) -> ResponseReturnValue:
    return _run(token, _outcome_in_form)


@blueprint.post("/t/<token>/number")
def number(token: str) -> ResponseReturnValue:
    return _run(token, lambda: SetNumber(field("number", LONGEST_NUMBER)))


@blueprint.post("/t/<token>/unreachable")
def unreachable(token: str) -> ResponseReturnValue:
    return _run(token, lambda: CloseUnreachable(field("why", LONGEST_REASON)))


@blueprint.post("/t/<token>/note")
def note(token: str) -> ResponseReturnValue:
    return _run(token, lambda: AddNote(field("words", LONGEST_NOTE)))


def _outcome_in_form() -> ReportOutcome:
    try:
        return ReportOutcome(ReportedOutcome(field("outcome")), is_confirmed=field("confirmed") == "yes")
    except ValueError:
        raise Refused(NO_OUTCOME) from None


def _run(token: str, read: Callable[[], Act]) -> ResponseReturnValue:
    """Perform the act that `read` returns from the form, as the technician who was paged."""
    context = current()
    page_id, now = context.links.page_in(token), context.now()
    if page_id is None:
        return _expired()

    def work(session: Session) -> str:
        return _perform(session, session.get_one(Page, page_id), read, now)

    return write_and_redirect(work, url_for(".index", token=token))


def _perform(session: Session, page: Page, read: Callable[[], Act], now: datetime) -> str:
    """Perform an act, and return its message in the technician's language. Raise WrongState in that language."""
    technician = page.technician
    if page.callback_id is None or page.callback is None:
        raise WrongState("This page is not about a callback.")
    try:
        act = read()
        by = _requester(session, page.callback, technician, act, now)
        return perform(session, current().desk, page.callback_id, act, by, now).for_(technician.language)
    except Refused as error:
        raise WrongState(error.words.for_(technician.language)) from error


def _requester(session: Session, callback: Callback, technician: Technician, act: Act, now: datetime) -> Requester:
    if isinstance(act, Consent | RefuseConsent):
        return deciding_by(session, current().desk, callback, technician, Via.LINK, now)
    return technician_by(technician, Via.LINK)


def _expired() -> ResponseReturnValue:
    return render_template("link_page/expired.html"), 410
