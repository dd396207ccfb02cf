"""A town with a carrier: a customer's application that says what it is told to say, phones, and a clock."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ivr.simulator import Leg, Phone, SimulatedTwilio, Sound
from ivr.simulator.in_process import mount

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "a token of the town"
LINE, TOLL_FREE = "+15148458474", "+18884847266"
DESK = "https://desk.test"


class StandingClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


class Town:
    """Everything a story needs. `says` sets a document; `asked` tells what was requested."""

    def __init__(self) -> None:
        self.clock, self.http = StandingClock(), requests.Session()
        self.carrier = SimulatedTwilio(self.clock, ACCOUNT, TOKEN, http=self.http)
        self.documents: dict[str, Callable[[], Response]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        mount(self.http, DESK, self._application())
        self.carrier.own_number(
            LINE, voice_url=f"{DESK}/voice", status_callback=f"{DESK}/status", sms_url=f"{DESK}/sms"
        )

    def says(self, path: str, verbs: str) -> None:
        self.answers(path, f"<Response>{verbs}</Response>")

    def answers(self, path: str, body: str | bytes, status: int = 200, content_type: str = "text/xml") -> None:
        self.documents[path] = lambda: Response(body, status, content_type=content_type)

    def asked(self, path: str) -> list[dict[str, str]]:
        return [form for asked, form in self.requests if asked == path]

    def caller(self) -> Phone:
        return self.carrier.phone("+15145550199", "Customer")

    def amy(self) -> Phone:
        return self.carrier.phone("+15145550101", "Amy")

    def calls(self, number: str = LINE, **options: Any) -> Leg:
        leg = self.caller().dial(number, **options)
        self.carrier.run_due()
        return leg

    def wait(self, seconds: float = 0) -> None:
        """Let time pass, event by event."""
        until = self.clock.instant + timedelta(seconds=seconds)
        self.carrier.run_due()
        while (at := self.carrier.next_event_at) is not None and at <= until:
            self.clock.instant = max(at, self.clock.instant)
            self.carrier.run_due()
        self.clock.instant = until

    def client(self, user: str = ACCOUNT, password: str = TOKEN) -> Client:
        http = TwilioHttpClient(pool_connections=True, timeout=10)
        mount(http.session, "https://api.twilio.com", self.carrier.wsgi)
        return Client(user, password, account_sid=ACCOUNT, http_client=http)

    def errors(self) -> list[int]:
        """Take what the carrier complained of."""
        codes = [complaint.code for complaint in self.carrier.ledger.errors]
        self.carrier.ledger.errors.clear()
        return codes

    def _application(self) -> Flask:
        app = Flask("desk")
        validator = RequestValidator(TOKEN)

        @app.route("/<path:path>", methods=["GET", "POST"])
        def answer(path: str) -> Response:
            form = request.form if request.method == "POST" else request.args
            raw = DESK + str(request.environ["RAW_URI"])
            if "X-Twilio-Signature" in request.headers:  # whatever the carrier signs is rightly signed
                genuine = validator.validate(raw, request.form, request.headers["X-Twilio-Signature"])
                assert genuine, raw
                self.requests.append((f"/{path}", form.to_dict()))
            document = self.documents.get(f"/{path}")
            return document() if document else Response("<Response/>", content_type="text/xml")

        app.testing = True
        return app


@pytest.fixture
def town() -> Any:
    """A town whose carrier had nothing to complain about, unless the story takes the complaints."""
    town = Town()
    yield town
    assert [str(complaint) for complaint in town.carrier.ledger.errors] == []


def hum(seconds: float) -> bytes:
    """A WAV of so many seconds that is not silence."""
    return Sound(struct.pack("<20h", *[6000] * 10, *[-6000] * 10) * round(seconds * 400)).to_wav()


def words(leg: Leg) -> list[str]:
    """What was heard on a phone: the words, and the names of other sounds."""
    return [heard.text or heard.kind for heard in leg.heard]
