"""What every webhook shares: the signature check, clean form fields, and an answer in time.

A person on the phone never hears silence. While the database is unavailable, a customer's call goes on from the desk
file alone, and reconciliation stores later what could not be stored now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import structlog
from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from callbacks.desk.desk_file import Language
from callbacks.inbound.received_requests import is_new_or_retry
from callbacks.text import sids
from callbacks.text.sids import is_sid
from ivr.twilio.context import DatabaseUnavailable, current
from ivr.twilio.phrases import in_own_words
from ivr.twilio.refusals import Refusal
from ivr.twilio.signature import is_genuine, is_signature, signed_url
from ivr.twilio.twiml import text_document, voice_document
from ivr.twilio.verbs import Verb

T = TypeVar("T")

log = structlog.get_logger(__name__)

LONGEST_FIELD = 2000
FORM, LARGEST_FORM, MOST_FIELDS = "application/x-www-form-urlencoded", 64 * 1024, 200
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,99}", re.ASCII)
LONGEST_QUERY = 2000  # of a URL that we handed out
XML = "text/xml; charset=utf-8"
REFUSED = Counter("nightdesk_webhooks_refused_total", "Webhooks refused: not signed by the carrier", ["path"])
UNSTORED = Counter("nightdesk_webhooks_unstored_total", "Webhooks answered without the database", ["path"])


# Blueprints


def signed_blueprint(name: str, import_name: str, on_error: Callable[[], ResponseReturnValue]) -> Blueprint:
    """Return a blueprint whose every route needs a valid signature. `on_error` answers after an unexpected error."""
    blueprint = Blueprint(name, import_name)
    blueprint.before_request(refuse_unsigned)

    @blueprint.errorhandler(Exception)
    def answer_after_error(error: Exception) -> ResponseReturnValue:
        if isinstance(error, HTTPException):
            return error.get_response()
        log.exception("a webhook failed", path=request.path)
        return on_error()

    return blueprint


def refuse_unsigned() -> None:
    """Abort when the request is not signed by the carrier."""
    refusal = _refused_unread() or _refused_unparsed() or _refused()
    if refusal is None:
        return
    REFUSED.labels(request.path if request.url_rule else "unknown").inc()
    left_out = current().refusals.left_out(current().now())
    if left_out is not None:
        log.warning("webhook refused", reason=refusal.value, path=request.path, refused_since_last_line=left_out)
    abort(refusal.status)


# The cheapest checks come first: headers, then the bytes of the body, then its fields.


def _refused_unread() -> Refusal | None:
    if not is_signature(_signature()) or len(request.query_string) > LONGEST_QUERY:
        return Refusal.UNSIGNED
    if request.content_length is None:
        return Refusal.NO_LENGTH
    if request.content_length > LARGEST_FORM:
        return Refusal.TOO_LARGE
    return None if request.mimetype == FORM else Refusal.NO_FORM


def _refused_unparsed() -> Refusal | None:
    body = request.get_data()
    if body.count(b"&") >= MOST_FIELDS:
        return Refusal.WRONG_FIELDS
    account = f"AccountSid={current().settings.account_sid}".encode()
    return None if account in body.split(b"&") else Refusal.WRONG_ACCOUNT


def _refused() -> Refusal | None:
    settings = current().settings
    # A signature does not cover where a name ends, so part of a value could be passed off as part of a name.
    if not all(FIELD_NAME.fullmatch(name) for name in request.form):
        return Refusal.WRONG_FIELDS
    if set(request.form.getlist("AccountSid")) != {settings.account_sid}:
        return Refusal.WRONG_ACCOUNT
    url = signed_url(settings.public_url, request.path, request.query_string.decode("latin-1"))
    return None if is_genuine(url, request.form, _signature(), settings.auth_tokens) else Refusal.FORGED


def _signature() -> str:
    return request.headers.get("X-Twilio-Signature", "")


def refusing_altered_replays(work: Callable[[Session], T], found: str) -> Callable[[Session], T]:
    """Return a transaction that aborts with 403 if the signature of this request came before with another SID.

    For requests that may start something: see `callbacks.inbound.received_requests`.
    """
    signature, path, now = _signature(), request.path, current().now()

    def run(session: Session) -> T:
        if not is_new_or_retry(session, signature, found, now):
            REFUSED.labels(path).inc()
            log.warning("webhook refused: its signature was already used with another SID", path=path, sid=found)
            abort(403)
        return work(session)

    return run


# What a request holds


def field(name: str) -> str:
    """Return a form field without NUL characters, which no database stores, and at most 2,000 characters of it."""
    return request.form.get(name, "")[:LONGEST_FIELD].replace("\x00", "").strip()


def whole_number(name: str) -> int | None:
    """Return a form field as a number; None when it is not one."""
    found = field(name)
    return int(found) if re.fullmatch(r"[0-9]{1,8}", found) else None


def instant(name: str) -> datetime | None:
    """Return a form field as an instant (RFC 2822); None when it is not one."""
    try:
        found = parsedate_to_datetime(field(name))
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def sid(name: str, *kinds: str) -> str | None:
    """Return a SID from the form; None when it is not exactly one.

    Anything after it would be another SID to us, and the same signature to the carrier.
    """
    found = request.form.get(name, "")
    return found if is_sid(found, *kinds) else None


def call_sid() -> str | None:
    """Return the SID of the call."""
    return sid("CallSid", sids.CALL)


def message_sid() -> str | None:
    """Return the SID of the text, with or without pictures."""
    return sid("MessageSid", *sids.TEXTS)


def number_in_query(name: str) -> int:
    """Return a number of up to nine digits from the URL, which we wrote ourselves; 0 when it is not one."""
    found = request.args.get(name, "")
    return int(found) if re.fullmatch(r"[0-9]{1,9}", found) else 0


def language_in_query() -> Language:
    """Return the language from the URL; English when there is none that we know."""
    return "fr" if request.args.get("lang") == "fr" else "en"


def pressed_key() -> str:
    """Return the key that was pressed: a digit, "*" or "#", "?" for anything else, "" for none."""
    digits = field("Digits")
    return digits if re.fullmatch(r"[0-9*#]", digits) else ("?" if digits else "")


def pressed_keys() -> str:
    """Return up to 20 keys that were pressed, without any that is not a key."""
    return re.sub(r"[^0-9*#]", "", field("Digits"))[:20]


# Answers


def voice_response(verbs: Iterable[Verb]) -> Response:
    """Answer with verbs, spoken in the desk's own words and by its own voices."""
    context = current()
    spoken = in_own_words(verbs, context.own_words)
    return Response(voice_document(spoken, context.desk.voices), content_type=XML)


def text_response(answer: str) -> Response:
    return Response(text_document(answer), content_type=XML)


def no_content() -> Response:
    return Response(status=204)


def speak(work: Callable[[Session], Iterable[Verb]], without_database: Iterable[Verb]) -> Response:
    """Answer with the verbs of a transaction, or with others while the database is unavailable.

    The transaction runs in a thread of its own, where there is no request.
    """
    try:
        return voice_response(current().write(work))
    except DatabaseUnavailable as error:
        log_not_stored(error)
        return voice_response(without_database)


def store(work: Callable[[Session], object]) -> Response:
    """Store a report of the carrier. The answer is 204, or 503 while the database is unavailable."""
    try:
        current().write(work)
    except DatabaseUnavailable as error:
        log_not_stored(error)
        return Response(status=503)
    return no_content()


def log_not_stored(error: DatabaseUnavailable) -> None:
    """Count and log a webhook that could not be stored."""
    UNSTORED.labels(request.path).inc()
    log.error("the database is unavailable; reconciliation stores this later", path=request.path, cause=str(error))
