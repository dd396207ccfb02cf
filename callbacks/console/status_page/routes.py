"""The public status page, its Atom feed, and how readers subscribe by mail and unsubscribe.

No login, no session, no cookie. A link in a mail changes nothing when it is opened, because mail scanners open links.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.announcements import subscriptions
from callbacks.announcements.feed import CONTENT_TYPE, Feed, atom
from callbacks.announcements.wording import SUBSCRIBE
from callbacks.console.context import current
from callbacks.console.security import add_security_headers, refuse_nul_characters
from callbacks.console.status_page.copies import FRESH, NoCopy
from callbacks.console.status_page.screen import feed_entries, status_screen
from callbacks.db.states import SubscribedBy
from callbacks.desk.desk_file import Language
from callbacks.errors import NotFound, WrongState
from callbacks.people.lockout import network_of
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

TITLE = Words("Status", "État des services")
LONGEST_ADDRESS = 255
NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

NOT_NOW = Words("The page cannot be shown at the moment.", "La page ne peut pas être affichée pour le moment.")
SENT = Words(
    "Open the email that we sent to this address, and confirm. If none comes, the address is subscribed already, or it "
    "got one today.",
    "Ouvrez le courriel que nous venons d'envoyer à cette adresse, et confirmez. S'il n'arrive pas, l'adresse est déjà "
    "abonnée, ou elle en a reçu un aujourd'hui.",
)
OLD_FORM = Words("This form is too old. Load the status page again.", "Ce formulaire est périmé. Rechargez la page.")
BAD_ADDRESS = Words("That is not an email address.", "Ce n'est pas une adresse courriel valide.")
TOO_MANY = Words("Too many requests. Try again in an hour.", "Trop de demandes. Réessayez dans une heure.")
NO_MAIL = Words("Email is not set up here.", "Le courriel n'est pas configuré ici.")
GONE = Words("This link no longer works.", "Ce lien ne fonctionne plus.")
CONFIRM = Words(
    "Get an email when an outage begins, changes or ends?",
    "Recevoir un courriel au début et à la fin d'une panne, et si la situation change?",
)
CONFIRMED = Words("You are subscribed. Each email has a link to unsubscribe.",
                  "Vous êtes abonné. Chaque courriel contient un lien pour vous désabonner.")  # fmt: skip
LEAVE = Words("Stop all outage notices to this address?", "Arrêter tous les avis de panne à cette adresse?")
LEFT = Words("You are unsubscribed. No more notices are sent.", "Vous êtes désabonné. Vous ne recevrez plus d'avis.")
YES = Words("Subscribe", "M'abonner")
NO_MORE = Words("Unsubscribe", "Me désabonner")

blueprint = Blueprint("status_page", __name__)
blueprint.before_request(refuse_nul_characters)


@blueprint.after_request
def add_headers(response: Response) -> Response:
    # For a link in a mail: the address is the key.
    add_security_headers(response, referrer_policy="no-referrer")
    return response


@blueprint.get("/status")
def index() -> ResponseReturnValue:
    context, now, language = current(), current().now(), _language()
    if context.desk.status.page is not None:
        return redirect(context.desk.status.page)

    def make() -> bytes:
        screen = context.database.read(lambda session: status_screen(session, context.desk, language, now))
        return render_template(
            "status_page/index.html",
            **_common(language),
            screen=screen,
            form_token=context.links.status_form() if context.mailer is not None else "",
            word=SUBSCRIBE.for_(language),
            number=readable_number(context.texts_from),
        ).encode()

    return _copy(f"page {language}", now, make, "text/html; charset=utf-8")


@blueprint.get("/status.atom")
def feed() -> ResponseReturnValue:
    context, now, language = current(), current().now(), _language()

    def make() -> bytes:
        entries = context.database.read(lambda session: feed_entries(session, language, now))
        company = context.desk.company
        address = f"{context.public_url}/status.atom?lang={language}"
        title = f"{company.sender} - {TITLE.for_(language)}"
        return atom(
            Feed(company.sender, title, language, context.desk.status_page(context.public_url), address), entries
        )

    return _copy(f"feed {language}", now, make, CONTENT_TYPE)


def _copy(name: str, now: datetime, make: Callable[[], bytes], content_type: str) -> Response:
    try:
        content = current().copies.get(name, now, make)
    except NoCopy:
        response = Response(f"{NOT_NOW.english}\n{NOT_NOW.french}\n", 503, content_type="text/plain; charset=utf-8")
        response.headers["Retry-After"] = "30"
        return response
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = f"public, max-age={int(FRESH.total_seconds())}"
    response.headers["Vary"] = "Accept-Language"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.post("/status/subscribe")
def subscribe() -> ResponseReturnValue:
    """Mail a link that confirms the subscription, whoever typed the address."""
    context, now, language = current(), current().now(), _language()
    if not context.links.is_status_form(request.form.get("token", "")):
        return _message(language, OLD_FORM, 403)
    if context.mailer is None:
        return _message(language, NO_MAIL, 404)
    if not context.form_throttle.allows(network_of(request.remote_addr or ""), now):
        return _message(language, TOO_MANY, 429)
    address = request.form.get("address", "")[:LONGEST_ADDRESS]

    def work(session: Session) -> None:
        subscriptions.request_by_mail(session, context.desk, context.links, address, language, SubscribedBy.MAIL, now)

    try:
        context.database.write(work)
    except WrongState:
        return _message(language, BAD_ADDRESS, 400)
    return _message(language, SENT)


@blueprint.get("/status/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    number, now = current().links.to_be_confirmed(token), current().now()
    if number is None:
        return _message(_language(), GONE, 410)
    try:
        row = current().database.read(lambda session: subscriptions.awaiting_confirmation(session, number, now))
    except NotFound:
        return _message(_language(), GONE, 410)
    language = _known(row.language)
    return _question(language, CONFIRM, YES, url_for(".confirmed", token=token, lang=language))


@blueprint.post("/status/confirm/<token>")
def confirmed(token: str) -> ResponseReturnValue:
    number, now = current().links.to_be_confirmed(token), current().now()
    return _done(number, CONFIRMED, lambda session, known: subscriptions.confirm(session, known, now))


@blueprint.get("/status/leave/<token>")
def leave(token: str) -> ResponseReturnValue:
    if current().links.to_be_left(token) is None:
        return _message(_language(), GONE, 410)
    language = _language()
    return _question(language, LEAVE, NO_MORE, url_for(".left", token=token, lang=language))


@blueprint.post("/status/leave/<token>")
def left(token: str) -> ResponseReturnValue:
    """End the subscription. Mail programs send this by themselves when their button is pressed (RFC 8058)."""
    number, now = current().links.to_be_left(token), current().now()
    return _done(number, LEFT, lambda session, known: subscriptions.leave(session, known, now))


def _done(number: int | None, words: Words, work: Callable[[Session, int], None]) -> ResponseReturnValue:
    language = _language()
    if number is None:
        return _message(language, GONE, 410)
    try:
        current().database.write(lambda session: work(session, number))
    except NotFound:
        return _message(language, GONE, 410)
    return _message(language, words)


def _language() -> Language:
    """Return the language that the address asks for, else the reader's own."""
    if asked := request.args.get("lang"):
        return _known(asked)
    preferred = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())  # "fr-CA" is French
    return _known(next((language for language in preferred if language in ("en", "fr")), "en"))


def _known(language: str) -> Language:
    return "fr" if language == "fr" else "en"


def _message(language: Language, words: Words, status: int = 200) -> ResponseReturnValue:
    shown = render_template("status_page/message.html", **_common(language), words=words.for_(language))
    return shown, status, NOT_KEPT


def _question(language: Language, words: Words, button: Words, action: str) -> ResponseReturnValue:
    shown = render_template(
        "status_page/message.html",
        **_common(language),
        words=words.for_(language),
        button=button.for_(language),
        action=action,
    )
    return shown, 200, NOT_KEPT


def _common(language: Language) -> dict[str, str]:
    return {
        "language": language,
        "title": TITLE.for_(language),
        "company": current().desk.company.name[language],
        "sender": current().desk.company.sender,
    }
