"""Posts signed requests to the webhooks, as the carrier does. Signature checks are never switched off."""

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
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callbacks.db.database import Database
from callbacks.db.tables import Base
from callbacks.desk.desk_file import Desk, read_desk
from callbacks.links import Links
from callbacks.settings import Settings
from ivr.simulator.twiml.reader import read
from ivr.twilio import context
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.context import WebhookContext
from ivr.webhooks import register_webhooks
from sla.clock import MovingClock
from tests.ivr.twilio.signing import sign
from tests.waiting import FAR

PUBLIC = "https://desk.example.com"
TOKEN, NEXT_TOKEN = "sesame", "open sesame"
SATURDAY_NIGHT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
TUESDAY_MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "1" * 32
TOLL_FREE, DIRECT = "+18884847266", "+15148458474"
CUSTOMER, AMY = "+15145550199", "+15145550101"


@dataclass
class WebhookClient:
    """The carrier's side of the webhooks of one app."""

    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(SATURDAY_NIGHT))
    desk: Desk = field(default_factory=lambda: read_desk(Path("support.toml")))
    timeout: timedelta = FAR

    def __post_init__(self) -> None:
        settings = Settings(PUBLIC, ACCOUNT, TOKEN, "+15145550000", "x" * 32, auth_token_secondary=NEXT_TOKEN)
        links = Links("x" * 32, PUBLIC, self.clock)
        web = Flask("webhooks")
        web.config.update(MAX_CONTENT_LENGTH=1024 * 1024, MAX_FORM_MEMORY_SIZE=1024 * 1024)
        urls = CallUrls(PUBLIC)
        register_webhooks(
            web, WebhookContext(self.database, self.desk, settings, self.clock, urls, links, self.timeout)
        )
        self.client: FlaskClient = web.test_client()

    def posts(self, path: str, fields: dict[str, str] | None = None, token: str = TOKEN, **more: str) -> TestResponse:
        """Post to a path, or to a whole URL that we handed out."""
        path = path.removeprefix(PUBLIC)
        values = {"AccountSid": ACCOUNT, **(fields or {}), **more}
        signature = sign(f"{PUBLIC}{path}", MultiDict(values), token)
        # Flask's own client would encode the query again.
        where, _, query = path.partition("?")
        return self.client.post(
            where, query_string=query, data=urlencode(values), headers={"X-Twilio-Signature": signature},
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip

    def count(self, table: type[Base]) -> int:
        """Return how many rows a table has."""
        return self.database.read(lambda session: session.scalar(select(func.count()).select_from(table)) or 0)

    def document(self, path: str, **fields: str) -> Element:
        """Post to a webhook of a call, and return its TwiML, which Twilio would take."""
        vouched_for = {"StirVerstat": "TN-Validation-Passed-A"} if path == "/voice/incoming" else {}
        answer = self.posts(path, {**vouched_for, **fields})
        assert answer.status_code == 200, answer.text
        read(answer.text, answer.content_type)
        return fromstring(answer.text)

    def goes_on(self, document: Element, to: str = DIRECT, from_: str = CUSTOMER, sid: str = CALL) -> Element:
        """Return what follows when no key is pressed at the last question of a document."""
        gather = document.findall("Gather")[-1]
        return self.document(gather.attrib["action"], CallSid=sid, To=to, From=from_)

    def calls(self, to: str = DIRECT, from_: str = CUSTOMER, sid: str = CALL, **more: str) -> Element:
        """Call one of our lines, and return what is heard."""
        return self.document("/voice/incoming", CallSid=sid, To=to, From=from_, CallStatus="ringing", **more)


def said(document: Element) -> str:
    """Return everything that a document says."""
    return " ".join("".join(say.itertext()) for say in document.iter("Say"))


@contextmanager
def waiting_for_late_transactions() -> Iterator[None]:
    """A webhook's timeout ends before the database's work does: its connection must not outlive the test."""
    usual, context._threads = context._threads, ThreadPoolExecutor(context.THREADS)
    try:
        yield
    finally:
        context._threads.shutdown(wait=True)
        context._threads = usual
