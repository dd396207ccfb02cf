"""The simulator between a small application, the real Twilio client, and the browser phone's page."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from flask import Flask, Response, request
from flask.testing import FlaskClient
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ivr.simulator import Leg, SimulatedTwilio
from ivr.simulator.audio import Sound
from ivr.simulator.in_process import mount
from sla.clock import RunningClock

OURS, CUSTOMER, AMY, BEN = "+15148458474", "+15145550199", "+15145550101", "+15145550102"
ACCOUNT, TOKEN = "AC" + "0" * 32, "sesame"
STARTS_AT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)  # 22:00 on Saturday at the desk


class _InProcessClient(TwilioHttpClient):  # type: ignore[misc]
    """The client's own transport, on a session that reaches the simulator."""

    def __init__(self, session: requests.Session) -> None:
        super().__init__(timeout=5)
        self.session = session


class Simulation:
    """The simulator on a clock that the test moves, and an application with one document at each path."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.clock = RunningClock(STARTS_AT, speed=0)
        to_app, self.to_carrier = requests.Session(), requests.Session()
        self.carrier = SimulatedTwilio(self.clock, ACCOUNT, TOKEN, http=to_app)
        mount(to_app, "https://app.test", self._application())
        mount(self.to_carrier, "https://api.twilio.com", self.carrier.wsgi)
        self.client = self.client_with(TOKEN)
        self.browser: FlaskClient = self.carrier.wsgi.test_client()
        self.carrier.browser.clock_controls = self.clock
        self.carrier.browser.zone = "America/Toronto"
        self.carrier.browser.phone_book = lambda: [("Amy Roy", AMY), ("Ben Cole", BEN)]
        self.carrier.own_number(
            OURS,
            voice_url="https://app.test/voice",
            status_callback="https://app.test/status",
            sms_url="https://app.test/sms",
        )

    def client_with(self, token: str) -> Client:
        return Client(ACCOUNT, token, http_client=_InProcessClient(self.to_carrier))

    def _application(self) -> Flask:
        app = Flask("application")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def respond(path: str) -> Response:
            signature = request.headers.get("X-Twilio-Signature", "")
            url = f"https://app.test{request.full_path.rstrip('?')}"
            if request.method == "POST":
                assert RequestValidator(TOKEN).validate(url, request.form, signature), "not signed as Twilio signs"
            self.requests.append((path, request.form.to_dict()))
            if path.endswith(".wav"):
                return Response(tone(3), content_type="audio/wav")
            return Response(f"<Response>{self.documents.get(path, '')}</Response>", content_type="text/xml")

        return app

    def requests_to(self, path: str) -> list[dict[str, str]]:
        """Return the fields of every request to a path of the application."""
        return [fields for requested, fields in self.requests if requested == path]

    def advance(self, seconds: float) -> None:
        """Move the clock, and run everything that falls due on the way."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.carrier.run_due()
        while (at := self.carrier.next_event_at) is not None and at <= until:
            self.clock.pass_time(max(at - self.clock.now(), timedelta(0)))
            self.carrier.run_due()
        self.clock.pass_time(until - self.clock.now())

    # Calls and texts

    def dial(self, document: str, seconds: float = 0) -> Leg:
        """The customer calls us, hears this document, and some seconds pass."""
        self.documents["voice"] = document
        leg = self.carrier.phone(CUSTOMER).dial(OURS)
        self.advance(seconds)
        return leg

    def ringing(self, number: str) -> Leg:
        leg = self.carrier.phone(number).ringing
        assert leg is not None
        return leg

    def call(self, number: str) -> str:
        """The application calls a phone. Return the call's status five seconds later."""
        created = self.client.calls.create(to=number, from_=OURS, url="https://app.test/page")
        self.advance(5)
        return str(self.client.calls(created.sid).fetch().status)

    def text(self, number: str) -> None:
        """The application texts a phone, and ten seconds pass."""
        self.client.messages.create(to=number, from_=OURS, body="hello", status_callback="https://app.test/report")
        self.advance(10)

    def texts_of(self, number: str) -> list[str]:
        return [text.body for text in self.carrier.phone(number).texts]

    # The browser phone

    def post(self, path: str, body: Any = None) -> tuple[int, str]:
        response = self.browser.post(path, json=body, headers={"X-Browser-Phone": "1"})
        return response.status_code, response.text

    def switch_on(self, name: str, times: object = 1, only_for: object = "") -> tuple[int, str]:
        return self.post("/faults", {"name": name, "times": times, "only_for": only_for})

    def state(self) -> Any:
        return self.browser.get("/phones").json


def heard(leg: Leg) -> list[str]:
    """Return what was heard on a phone, in order."""
    return [heard.text or heard.kind for heard in leg.heard]


def tone(seconds: float) -> bytes:
    """Return a WAV file that is not silence: 8 kHz, mono, 16 bit."""
    wave_length = struct.pack("<20h", *[6000] * 10, *[-6000] * 10)
    return Sound(wave_length * round(seconds * 400)).wav()
