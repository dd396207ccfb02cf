"""What every webhook shares: the signature, clean fields, and an answer in time, whatever the database does.

A caller on the line never hears silence: when the database is busy or away for longer than we wait for it, the flow
goes on from the desk file alone, and reconciliation brings in later what could not be written down now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswerInTime
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from flask import Blueprint, Response, abort, request
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.settings import Settings
from ivr.twilio.places import Places
from ivr.twilio.signature import is_genuine, signed_url
from ivr.twilio.twiml import text_document, voice_document
from ivr.twilio.verbs import Verb
from sla.clock import Clock

T = TypeVar("T")
log = structlog.get_logger(__name__)

WAITING_AT_ONCE = 16
LONGEST_FIELD = 2000
REFUSED = Counter("nightdesk_webhooks_refused_total", "Webhooks refused because nobody we know signed them", ["path"])
UNSTORED = Counter("nightdesk_webhooks_unstored_total", "Webhooks answered while the database was away", ["path"])


class DatabaseAway(Exception):
    """The database did not do it in time."""


@dataclass(frozen=True)
class Exchange:
    """What the webhooks work with."""

    database: Database
    desk: Desk
    settings: Settings
    clock: Clock
    places: Places
    patience: timedelta  # of somebody on the line

    def write(self, work: Callable[[Session], T]) -> T:
        """Run a transaction within the patience of somebody on the line. Raises DatabaseAway."""
        if _waiting._work_queue.qsize() >= WAITING_AT_ONCE:
            raise DatabaseAway("too many are waiting for it already")
        job = _waiting.submit(self.database.write, work)
        try:
            return job.result(timeout=self.patience.total_seconds())
        except NoAnswerInTime:
            raise DatabaseAway(f"no answer within {self.patience.total_seconds():g} seconds") from None
        except SQLAlchemyError as fault:
            raise DatabaseAway(f"{type(fault).__name__}: {getattr(fault, 'orig', None) or fault}") from fault


_waiting = ThreadPoolExecutor(WAITING_AT_ONCE, thread_name_prefix="webhook")


def signed_blueprint(name: str, exchange: Exchange) -> Blueprint:
    """A blueprint whose every route is for the carrier alone."""
    blueprint = Blueprint(name, __name__)

    @blueprint.before_request
    def refuse_strangers() -> None:
        url = signed_url(exchange.settings.public_url, request.path, request.query_string.decode("latin-1"))
        signature = request.headers.get("X-Twilio-Signature", "")
        if not is_genuine(url, request.form, signature, exchange.settings.auth_tokens):
            REFUSED.labels(request.path if request.url_rule else "unknown").inc()
            log.warning("webhook refused: not signed by the carrier", path=request.path)
            abort(403)

    return blueprint


def field(name: str) -> str:
    """Give a form field, cut to a sane length and without characters that no database takes."""
    return request.form.get(name, "")[:LONGEST_FIELD].replace("\x00", "").strip()


def sid(name: str, prefix: str) -> str | None:
    """Give a SID from the form when it is one."""
    found = field(name)
    return found if re.fullmatch(prefix + r"[0-9A-Za-z]{1,62}", found) else None


def message_sid() -> str | None:
    """Give the SID of the text, with or without pictures."""
    return sid("MessageSid", "SM") or sid("MessageSid", "MM")


def number_in_query(name: str) -> int:
    """Give a small number from the URL, which we wrote ourselves; 0 when it is not one."""
    found = request.args.get(name, "")
    return int(found) if re.fullmatch(r"[0-9]{1,9}", found) else 0


def language_in_query(default: str = "en") -> str:
    found = request.args.get("lang", default)
    return found if found in ("en", "fr") else default


def key() -> str:
    """Give the key that was pressed, if any."""
    digits = field("Digits")
    return digits if re.fullmatch(r"[0-9*#]", digits) else ("?" if digits else "")


def spoken(verbs: Iterable[Verb]) -> Response:
    return Response(voice_document(verbs), content_type="text/xml; charset=utf-8")


def texted(answer: str) -> Response:
    return Response(text_document(answer), content_type="text/xml; charset=utf-8")


def noted() -> Response:
    return Response(status=204)


def not_stored(fault: Exception) -> None:
    UNSTORED.labels(request.path).inc()
    log.error("the database is away; reconciliation will bring this in", path=request.path, cause=str(fault))
