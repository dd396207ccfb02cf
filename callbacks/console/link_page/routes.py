"""The technician's screen of one callback, behind the signed link in a text.

Anybody who has the link acts as the technician who was paged, until it ends. But spam and virus scanners open links,
and proxies log their addresses. So opening the link shows neither the customer nor the message, and changes nothing.
Pressing a button, which a scanner does not do, sets a cookie that shows both for an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Requester, Via, perform, technician_by
from callbacks.acts.by_hand import OpenAnother
from callbacks.acts.closing import CloseUnreachable
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, RefuseConsent, SetNumber, deciding_by
from callbacks.acts.details import SetOutsideTicket
from callbacks.acts.escalation import RequestManager
from callbacks.acts.joining_callbacks import Join
from callbacks.acts.named_time import NameTime
from callbacks.acts.ownership import Pass, Take
from callbacks.acts.promises import SetPriority
from callbacks.acts.splitting import Split
from callbacks.acts.wording import NOT_A_TIME_AHEAD
from callbacks.console.attachments import attachment_of, attachment_response
from callbacks.console.audio import audio_response, note_listener
from callbacks.console.callbacks.acts import (
    consent_in_form,
    minutes_in_form,
    note_in_form,
    product_in_form,
    reply_in_form,
)
from callbacks.console.context import current
from callbacks.console.forms import field, note_change, write_and_redirect
from callbacks.console.link_page.screen import CallbackScreen, SummaryScreen, callback_screen, summary_screen
from callbacks.console.security import add_security_headers, refuse_nul_characters
from callbacks.db.states import CallbackState, PriorityLevel, ReportedOutcome
from callbacks.db.tables import Callback, MailAttachment, Page, Technician
from callbacks.errors import WrongState
from callbacks.links import OPENED_LASTS, PageLink
from callbacks.paging.page_links import has_ended
from callbacks.records import audit_log
from callbacks.records.contacts_of_callback import messages_of
from callbacks.text.bilingual import Words

NO_OUTCOME = Words("Choose how the call went.", "Choisissez comment l'appel s'est passé.")
NO_PRIORITY = Words("Choose a priority.", "Choisissez une priorité.")
OPENED_A_LINK = "opened a link in a page"
LONGEST_NOTE, LONGEST_REASON, LONGEST_NUMBER, LONGEST_SID = 1000, 300, 40, 64
LONGEST_REFERENCE, LONGEST_TICKET = 12, 81

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
    context, link = current(), _link(token)
    if isinstance(link, Ended):
        return _ended(link)

    def work(session: Session) -> SummaryScreen | CallbackScreen:
        page, now = session.get_one(Page, link.page_id), context.now()
        summary = summary_screen(session, context.desk, page, now)
        is_shown = summary.is_open and _is_opened(link)
        return callback_screen(session, context.desk, page, now) if is_shown else summary

    screen = context.database.read(work)
    template = "callback" if isinstance(screen, CallbackScreen) else "summary"
    return render_template(f"link_page/{template}.html", screen=screen, token=token)


@blueprint.post("/t/<token>/open")
def show(token: str) -> ResponseReturnValue:
    """Show the customer's number and the message to this browser for an hour."""
    context, link, now = current(), _link(token), current().now()
    if isinstance(link, Ended):
        return _ended(link)

    def work(session: Session) -> None:
        page = session.get_one(Page, link.page_id)
        if page.callback is not None:
            audit_log.note(session, now, page.technician.name, OPENED_A_LINK, page.callback.reference)

    context.database.write(work)
    return _opened(redirect(url_for(".index", token=token), 303), token, link)


@blueprint.get("/t/<token>/message.wav")
def message(token: str) -> Response:
    context, link = current(), _link(token)
    if isinstance(link, Ended) or not _is_opened(link):
        abort(404)
    return audio_response(context.database.write(lambda session: _listen(session, link.page_id)))


def _listen(session: Session, page_id: int) -> int:
    """Record that the technician listens, and return which voicemail it is. Abort with 404 when there is none."""
    page = session.get_one(Page, page_id)
    callback = page.callback
    if callback is None or callback.state is not CallbackState.OPEN:
        abort(404)
    wanted = request.args.get("id", "")
    of_joined = (each for each in messages_of(callback) if str(each.id) == wanted)
    voicemail = next(of_joined, None) if wanted else callback.contact.voicemail
    if voicemail is None:
        abort(404)
    note_listener(session, voicemail, page.technician.name, current().now())
    return voicemail.id


@blueprint.get("/t/<token>/attachments/<int:attachment_id>")
def attachment(token: str, attachment_id: int) -> Response:
    context, link = current(), _link(token)
    if isinstance(link, Ended) or not _is_opened(link):
        abort(404)

    def work(session: Session) -> MailAttachment:
        page = session.get_one(Page, link.page_id)
        which = (Callback.id == page.callback_id) & (Callback.state == CallbackState.OPEN)
        return attachment_of(session, attachment_id, which, page.technician.name, context.now())

    return attachment_response(context.database.write(work))


@blueprint.post("/t/<token>/reply")
def reply(token: str) -> ResponseReturnValue:
    return _run(token, reply_in_form)


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


@blueprint.post("/t/<token>/time")
def time(token: str) -> ResponseReturnValue:
    return _run(token, _time_in_form)


@blueprint.post("/t/<token>/split")
def split(token: str) -> ResponseReturnValue:
    return _run(token, lambda: Split(field("call", LONGEST_SID)))


@blueprint.post("/t/<token>/note")
def note(token: str) -> ResponseReturnValue:
    return _run(token, lambda: note_in_form(field("words", LONGEST_NOTE)))


@blueprint.post("/t/<token>/billing-consent")
def billing_consent(token: str) -> ResponseReturnValue:
    return _run(token, consent_in_form)


@blueprint.post("/t/<token>/ticket")
def ticket(token: str) -> ResponseReturnValue:
    return _run(token, lambda: SetOutsideTicket(field("number", LONGEST_TICKET)))


@blueprint.post("/t/<token>/product")
def product(token: str) -> ResponseReturnValue:
    return _run(token, product_in_form)


@blueprint.post("/t/<token>/priority")
def priority(token: str) -> ResponseReturnValue:
    return _run(token, lambda: SetPriority(_priority_in_form()))


@blueprint.post("/t/<token>/join")
def join(token: str) -> ResponseReturnValue:
    return _run(token, lambda: Join(field("reference", LONGEST_REFERENCE), is_confirmed=field("confirmed") == "yes"))


@blueprint.post("/t/<token>/new")
def new(token: str) -> ResponseReturnValue:
    return _run(token, _new_in_form)


def _new_in_form() -> OpenAnother:
    return OpenAnother(_priority_in_form(), field("words", LONGEST_NOTE), field("form", LONGEST_SID))


def _priority_in_form() -> PriorityLevel:
    try:
        return PriorityLevel(field("priority"))
    except ValueError:
        raise Refused(NO_PRIORITY) from None


def _outcome_in_form() -> ReportOutcome:
    try:
        outcome = ReportedOutcome(field("outcome"))
    except ValueError:
        raise Refused(NO_OUTCOME) from None
    return ReportOutcome(outcome, is_confirmed=field("confirmed") == "yes", minutes=minutes_in_form())


def _time_in_form() -> NameTime:
    try:
        return NameTime(current().desk.instant(field("at")))
    except WrongState:
        raise Refused(NOT_A_TIME_AHEAD) from None


def _run(token: str, read: Callable[[], Act]) -> ResponseReturnValue:
    """Perform the act that `read` returns from the form, as the technician who was paged."""
    context, link = current(), _link(token)
    if isinstance(link, Ended):
        return _ended(link)
    now = context.now()

    def work(session: Session) -> str:
        page = session.get_one(Page, link.page_id)
        message = _perform(session, page, read, now)
        about = {"about": page.callback.reference if page.callback is not None else "", "via": "link"}
        note_change(session, now, f"callback: {request.path.rpartition('/')[2]}", about, by=page.technician.name)
        return message

    # The message may name the customer's number, so only a browser that may see it is redirected to it.
    return _opened(write_and_redirect(work, url_for(".index", token=token)), token, link)


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


# Which links work, and what they show


@dataclass(frozen=True)
class Ended:
    """A link that no longer works, or never did."""

    language: str | None  # its technician's, where it is genuine


def _link(token: str) -> PageLink | Ended:
    context = current()
    link = context.links.page_in(token)
    if link is None:
        return Ended(None)

    def work(session: Session) -> PageLink | Ended:
        page = session.get(Page, link.page_id)
        if page is None or link.is_over or has_ended(session, page):
            return Ended(page.technician.language if page is not None else None)
        return link

    return context.database.read(work)


def _ended(link: Ended) -> ResponseReturnValue:
    return render_template("link_page/ended.html", wanted=link.language), 410


def _is_opened(link: PageLink) -> bool:
    return current().links.is_opened(link.page_id, request.cookies.get(_cookie_name(), ""))


def _opened(answer: ResponseReturnValue, token: str, link: PageLink) -> Response:
    """Add the cookie that shows the customer. Only requests to this link carry it."""
    response, is_https = make_response(answer), current().public_url.startswith("https:")
    response.set_cookie(
        _cookie_name(),
        current().links.opened(link.page_id),
        max_age=OPENED_LASTS,
        path=url_for(".index", token=token),
        secure=is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie_name() -> str:
    """Return the name of the cookie. Browsers take one with the prefix over https only, and only if it is secure."""
    return "__Secure-opened" if current().public_url.startswith("https:") else "opened"
