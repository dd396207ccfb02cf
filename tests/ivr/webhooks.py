"""A signed way in: posts to the webhooks as the carrier does. Signature checks are never switched off."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, fromstring

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk, read_desk
from callbacks.links import Links
from callbacks.settings import Settings
from ivr.caller.routes import voice_blueprint
from ivr.sms import sms_blueprint
from ivr.technician.routes import page_calls_blueprint
from ivr.twilio import webhook
from ivr.twilio.places import Places
from ivr.twilio.webhook import Exchange
from sla.clock import MovingClock
from tests.ivr.signing import sign
from tests.waiting import FAR

PUBLIC = "https://desk.example.com"
TOKEN, NEXT_TOKEN = "sesame", "open sesame"
SATURDAY_NIGHT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
TUESDAY_MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
CALL = "CA" + "1" * 32
TOLL_FREE, DIRECT = "+18884847266", "+15148458474"


@dataclass
class Carrier:
    """What the carrier may say to us."""

    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(SATURDAY_NIGHT))
    desk: Desk = field(default_factory=lambda: read_desk(Path("support.toml")))
    patience: timedelta = FAR

    def __post_init__(self) -> None:
        settings = Settings(PUBLIC, "AC1", TOKEN, "+15145550000", "x" * 32, auth_token_secondary=NEXT_TOKEN)
        exchange = Exchange(self.database, self.desk, settings, self.clock, Places(PUBLIC), self.patience)
        web = Flask("webhooks")
        web.config.update(MAX_CONTENT_LENGTH=1024 * 1024, MAX_FORM_MEMORY_SIZE=1024 * 1024)
        web.register_blueprint(voice_blueprint(exchange))
        web.register_blueprint(page_calls_blueprint(exchange, Links("x" * 32, PUBLIC, self.clock)))
        web.register_blueprint(sms_blueprint(exchange))
        self.client: FlaskClient = web.test_client()

    def posts(self, path: str, fields: dict[str, str] | None = None, token: str = TOKEN, **more: str) -> TestResponse:
        """Post to a path, or to a whole URL that we handed out."""
        path = path.removeprefix(PUBLIC)
        values = {**(fields or {}), **more}
        signature = sign(f"{PUBLIC}{path}", MultiDict(values), token)
        # Flask's own client would encode the query again.
        where, _, query = path.partition("?")
        return self.client.post(
            where, query_string=query, data=urlencode(values), headers={"X-Twilio-Signature": signature},
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip

    def calls(self, to: str = DIRECT, from_: str = "+15145550199", sid: str = CALL, **more: str) -> Element:
        arrival = {"CallSid": sid, "To": to, "From": from_, "CallStatus": "ringing", **more}
        answer = self.posts("/voice/incoming", arrival)
        assert answer.status_code == 200, answer.text
        return fromstring(answer.text)


def said(document: Element) -> str:
    return " ".join(say.text or "" for say in document.iter("Say"))


@contextmanager
def waiting_for_what_callers_gave_up() -> Iterator[None]:
    """A caller's patience ends before the database's work does: its connection must not outlive the test."""
    usual, webhook._waiting = webhook._waiting, ThreadPoolExecutor(webhook.WAITING_AT_ONCE)
    try:
        yield
    finally:
        webhook._waiting.shutdown(wait=True)
        webhook._waiting = usual
