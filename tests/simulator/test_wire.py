"""What goes over the wire: signatures, retries, bytes; in process, and over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import requests
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, make_server

from ivr.simulator import Fault, SimulatedTwilio
from ivr.simulator.in_process import mount
from ivr.simulator.webhooks import signature, signed_form
from tests.simulator.conftest import ACCOUNT, LINE, TOKEN, StandingClock, Town

AMY = "+15145550101"


@pytest.mark.parametrize(
    ("url", "kind", "signed"),
    [
        ("https://u:p@desk.test:8443/voice?a=1#rc=2", "voice", "https://desk.test/voice?a=1"),
        ("https://desk.test:8443/sms", "sms", "https://desk.test:8443/sms"),
        ("http://desk.test:8000/voice", "voice", "http://desk.test:8000/voice"),
        ("https://desk.test/voice?x=%27%C3%A9&y=", "voice", "https://desk.test/voice?x=%27%C3%A9&y="),
    ],
)
def test_the_url_is_signed_as_twilio_signs_it(url: str, kind: str, signed: str) -> None:
    assert signed_form(url, kind) == signed
    fields = {"b": "2", "B": "1", "é": "", "a": " spaces "}
    assert RequestValidator(TOKEN).validate(signed, fields, signature(TOKEN, signed, fields))


def test_the_known_example_of_twilios_papers() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, fields) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_webhooks_say_who_asks_and_name_every_try(town: Town) -> None:
    seen: list[dict[str, str]] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append({key: environ.get(key, "") for key in ("HTTP_USER_AGENT", "HTTP_I_TWILIO_IDEMPOTENCY_TOKEN")})
        if len(seen) == 1:
            raise ConnectionRefusedError("Connection refused")
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [b"<Response><Hangup/></Response>"]

    mount(town.http, "https://other.test", application)
    town.carrier.own_number(LINE, voice_url="https://other.test/voice")
    town.calls()
    first, retry = seen  # one retry, because no connection came about
    assert first == retry
    assert first["HTTP_USER_AGENT"] == "TwilioProxy/1.1"
    assert len(first["HTTP_I_TWILIO_IDEMPOTENCY_TOKEN"]) == 36


def test_no_answer_within_15_seconds_is_not_asked_again(town: Town) -> None:
    tries = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        tries.append(environ["simulator.patience"])
        raise TimeoutError("busy")

    mount(town.http, "https://other.test", application)
    town.carrier.own_number(LINE, voice_url="https://other.test/voice")
    town.calls()
    assert tries == [15.0]
    assert town.errors() == [11200]


def test_a_webhook_can_be_replayed_with_its_signature(town: Town) -> None:
    town.says("/voice", "<Hangup/>")
    town.calls()
    assert town.carrier.replay(town.carrier.ledger.webhooks[0]) == 200
    first, again = town.asked("/voice")
    assert first == again


def test_the_path_reaches_the_application_byte_for_byte() -> None:
    app = Flask("echo")

    @app.post("/café/<path:rest>")
    def echo(rest: str) -> dict[str, str]:
        return {"raw": request.environ["RAW_URI"], "rest": rest, "root": request.script_root, "body": request.form["a"]}

    session = requests.Session()
    mount(session, "http://desk.test/prefix", app)
    answer = session.post("http://desk.test/prefix/caf%C3%A9/x%20y?q=%27", data={"a": "ü"})
    assert answer.json() == {"raw": "/prefix/caf%C3%A9/x%20y?q=%27", "rest": "x y", "root": "/prefix", "body": "ü"}


def test_the_same_story_has_the_same_names() -> None:
    names = []
    for _ in range(2):
        town = Town()
        town.says("/voice", '<Record action="/recorded"/>')
        town.calls().hang_up()
        town.wait(5)
        names.append([call.sid for call in town.carrier.ledger.calls] + [r.sid for r in town.carrier.ledger.recordings])
    assert names[0] == names[1]
    assert all(len(name) == 34 for name in names[0])


def test_a_webhook_may_use_the_api_before_it_answers(town: Town) -> None:
    """On this thread and on another: no lock is held while the carrier waits for an answer."""

    def text_amy() -> None:
        town.client().messages.create(to=AMY, from_=LINE, body="A call came in")
        town.carrier.run_due()  # from within a performance this does nothing

    def answer() -> Response:
        text_amy()
        helper = threading.Thread(target=lambda: town.client().messages.create(to=AMY, from_=LINE, body="And again"))
        helper.start()
        helper.join(5)
        assert not helper.is_alive()
        return Response("<Response><Hangup/></Response>", content_type="text/xml")

    town.documents["/voice"] = answer
    town.calls()
    town.wait(3)
    assert [text.body for text in town.amy().texts] == ["A call came in", "And again"]


# Over real sockets


@pytest.fixture
def served() -> Iterator[tuple[SimulatedTwilio, str]]:
    """The carrier below a prefix on a real server."""
    carrier = SimulatedTwilio(StandingClock(), ACCOUNT, TOKEN)
    carrier.own_number(LINE)
    site = DispatcherMiddleware(Flask("desk"), {"/simulator": carrier.wsgi})
    server: BaseWSGIServer = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield carrier, f"http://127.0.0.1:{server.server_port}/simulator"
    server.shutdown()
    thread.join()
    server.server_close()


class Rewritten(requests.Session):
    """A session that goes to the simulator instead of Twilio."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        request.url = (request.url or "").replace("https://api.twilio.com", self.base)
        return super().send(request, **options)


def client_at(base: str) -> Client:
    client = Client(ACCOUNT, TOKEN)
    client.http_client.session.close()
    client.http_client.session = Rewritten(base)
    client.http_client.timeout = 5
    return client


def test_it_works_below_a_prefix(served: tuple[SimulatedTwilio, str]) -> None:
    client = client_at(served[1])
    for body in ("one", "two", "three"):
        client.messages.create(to=AMY, from_=LINE, body=body)
    assert [message.body for message in client.messages.list(page_size=1)] == ["three", "two", "one"]
    client.http_client.session.close()


@pytest.mark.parametrize(("what", "done"), [("answer lost", 1), ("reset", 0)])
def test_a_real_connection_breaks(served: tuple[SimulatedTwilio, str], what: str, done: int) -> None:
    carrier, base = served
    carrier.faults.add(Fault("messages", what))
    client = client_at(base)
    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=AMY, from_=LINE, body="hello")
    assert len(carrier.ledger.messages) == done
    client.messages.create(to=AMY, from_=LINE, body="hello")
    client.http_client.session.close()
