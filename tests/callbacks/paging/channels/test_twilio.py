"""Requests to the carrier, against the simulated one, and what each way to fail means."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from requests.adapters import BaseAdapter

from callbacks.db.states import CarrierStatus
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import TIMEOUT, Accepted, Carrier
from callbacks.settings import Settings
from ivr.simulator import SimulatedTwilio
from ivr.simulator.in_process import mount
from sla.clock import MovingClock

OURS, AMY, CUSTOMER = "+15148458474", "+15145550101", "+15145550199"
ACCOUNT, TOKEN, URL = "AC" + "0" * 31 + "1", "sesame", "https://carrier.test"
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
RECORDING = "RE" + "2" * 32
SETTINGS = Settings("https://desk.test", ACCOUNT, TOKEN, OURS, "secret", twilio_url=URL)


class Canned(BaseAdapter):
    """Answers every request the same way, and keeps the requests."""

    def __init__(
        self,
        status: int = 200,
        body: object = b"",
        headers: Mapping[str, str] | None = None,
        fault: Exception | None = None,
    ) -> None:
        super().__init__()
        self.status, self.headers, self.fault = status, headers or {}, fault
        self.content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.listed: object = None  # another answer to GET
        self.requests: list[requests.PreparedRequest] = []
        self.options: list[dict[str, Any]] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        self.requests.append(request)
        self.options.append(options)
        if self.fault is not None:
            raise self.fault
        response = requests.Response()
        response.status_code, response.request, response.url = self.status, request, request.url or ""
        response._content = self.content
        if self.listed is not None and request.method == "GET":
            response.status_code, response._content = 200, json.dumps(self.listed).encode()
        response.headers.update(self.headers)
        return response

    def close(self) -> None: ...


def carrier_with(canned: Canned, settings: Settings = SETTINGS) -> Carrier:
    session = requests.Session()
    session.mount(URL, canned)
    return Carrier(settings, session)


def failure(canned: Canned) -> CarrierError:
    with pytest.raises(CarrierError) as raised:
        carrier_with(canned).send_text(AMY, "hello", "https://desk.test/sms/status?attempt=1")
    return raised.value


@pytest.fixture
def simulated() -> SimulatedTwilio:
    twilio = SimulatedTwilio(MovingClock(NOW), ACCOUNT, TOKEN, http=requests.Session())
    twilio.own_number(OURS, voice_url="https://desk.test/v", status_callback="https://desk.test/s", sms_url="")
    return twilio


@pytest.fixture
def carrier(simulated: SimulatedTwilio) -> Carrier:
    session = requests.Session()
    mount(session, URL, simulated.wsgi)
    return Carrier(SETTINGS, session)


def test_a_text_is_accepted_and_found_again_by_its_words(carrier: Carrier, simulated: SimulatedTwilio) -> None:
    accepted = carrier.send_text(AMY, "call back", "https://desk.test/sms/status?attempt=1")
    assert accepted.status is CarrierStatus.QUEUED
    assert [(message.to, message.body) for message in simulated.ledger.messages] == [(AMY, "call back")]
    found = carrier.find_text(AMY, "call back", NOW)
    assert found is not None
    assert found.sid == accepted.sid
    assert carrier.find_text(AMY, "other words", NOW) is None
    assert carrier.find_text(AMY, "call back", NOW + timedelta(minutes=1)) is None


def test_a_call_is_accepted_found_again_and_looked_up(carrier: Carrier) -> None:
    accepted = carrier.place_call(AMY, OURS, "https://desk.test/voice/page?page=1", "https://desk.test/status")
    assert [call.sid for call in carrier.find_calls(AMY, NOW)] == [accepted.sid]
    assert carrier.find_calls(AMY, NOW + timedelta(minutes=1)) == []
    call = carrier.call(accepted.sid)
    assert (call.to, call.from_, call.is_over) == (AMY, OURS, False)
    assert list(carrier.calls_to(OURS, NOW)) == []  # it is not inbound
    assert [call.sid for call in carrier.calls_placed_to(AMY, NOW)] == [accepted.sid]
    assert list(carrier.calls_placed_to(AMY, NOW + timedelta(minutes=1))) == []
    assert list(carrier.legs_to(AMY, NOW)) == []  # no call of ours dialed it


def test_all_texts_since_an_instant_are_listed(carrier: Carrier) -> None:
    sent = carrier.send_text(AMY, "Support desk: call back.", "https://desk.test/status")
    (text,) = carrier.texts_since(NOW)
    assert (text.sid, text.to, text.from_, text.words) == (sent.sid, AMY, OURS, "Support desk: call back.")
    assert (text.is_incoming, text.made_at) == (False, NOW)
    assert list(carrier.texts_since(NOW + timedelta(minutes=1))) == []


def test_a_call_that_rings_can_be_ended(carrier: Carrier) -> None:
    accepted = carrier.place_call(AMY, OURS, "https://desk.test/voice/page?page=1", "https://desk.test/status")
    carrier.cancel_call(accepted.sid)
    with pytest.raises(CarrierError):
        carrier.cancel_call("CA" + "9" * 32)


def test_a_messaging_service_sends_in_place_of_a_number() -> None:
    for sender, field in ((OURS, "From"), (f"MG{'0' * 32}", "MessagingServiceSid")):
        canned = Canned(201, {"sid": "SM" + "1" * 32, "status": "queued"})
        settings = Settings("https://desk.test", ACCOUNT, TOKEN, sender, "secret", twilio_url=URL)
        carrier_with(canned, settings).send_text(AMY, "hello", "https://desk.test/status")
        sent = parse_qs(str(canned.requests[0].body))
        assert sent[field] == [sender]
        assert sent["ValidityPeriod"] == ["600"]


def test_every_request_has_a_timeout_and_goes_to_the_configured_address() -> None:
    canned = Canned(201, {"sid": "SM" + "1" * 32, "status": "queued"})
    carrier_with(canned).send_text(AMY, "hello", "https://desk.test/status")
    assert canned.options[0]["timeout"] == TIMEOUT
    assert str(canned.requests[0].url).startswith(f"{URL}/2010-04-01/")


def test_an_unknown_status_is_none() -> None:
    canned = Canned(201, {"sid": "SM" + "1" * 32, "status": "teleported"})
    assert carrier_with(canned).send_text(AMY, "hello", "x").status is CarrierStatus.NONE


@pytest.mark.parametrize(
    ("status", "code", "permanent", "lost", "words"),
    [
        (400, 21610, True, False, "this person sent STOP"),
        (400, 99999, True, False, "the carrier's own words"),
        (400, 21408, False, False, "may not text this country"),
        (401, 20003, False, False, "TWILIO_AUTH_TOKEN"),
        (401, 99999, False, False, "the carrier's own words"),
        (429, 20429, False, False, "slow down"),
        (500, 20500, False, True, "HTTP 500"),
        (503, 20503, False, True, "HTTP 503"),
    ],
)
def test_a_refusal_states_whether_a_retry_helps_and_whether_it_may_have_been_done(
    status: int, code: int, permanent: bool, lost: bool, words: str
) -> None:
    fault = failure(Canned(status, {"code": code, "message": "the carrier's own words", "status": status}))
    assert (fault.code, fault.permanent, fault.lost) == (code, permanent, lost)
    assert words in str(fault)


@pytest.mark.parametrize(
    ("raised", "lost"),
    [
        (requests.ConnectTimeout(), False),
        (requests.ConnectionError("NewConnectionError: refused"), False),
        (requests.ConnectionError("NameResolutionError"), False),
        (requests.ConnectionError("Remote end closed connection without response"), True),
        (requests.ReadTimeout(), True),
    ],
)
def test_only_a_request_that_never_left_is_known_not_to_have_been_done(raised: Exception, lost: bool) -> None:
    fault = failure(Canned(fault=raised))
    assert (fault.lost, fault.permanent) == (lost, False)


def test_an_answer_that_is_not_json_counts_as_lost() -> None:
    assert failure(Canned(200, b"<html>gateway</html>")).lost


def test_a_recording_is_fetched_with_our_credentials_from_the_configured_address_only() -> None:
    canned = Canned(200, b"RIFF", {"Content-Length": "4"})
    assert carrier_with(canned).audio(RECORDING) == b"RIFF"
    (request,) = canned.requests
    assert request.url == f"{URL}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.wav"
    assert request.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("canned", "code"),
    [
        (Canned(404), 404),
        (Canned(302), 302),
        (Canned(200, b"RI", {"Content-Length": "4"}), None),
        (Canned(fault=requests.ReadTimeout()), None),
    ],
)
def test_a_recording_that_is_missing_moved_or_cut_short_is_tried_again(canned: Canned, code: int | None) -> None:
    with pytest.raises(CarrierError) as raised:
        carrier_with(canned).audio(RECORDING)
    assert (raised.value.code, raised.value.permanent) == (code, False)
    assert len(canned.requests) == 1


@pytest.mark.parametrize(
    "sid", ["../../Messages", "RE1/..", "CA123", "RE" + "a" * 31, "RE" + "a" * 33, "CA" + "a" * 32, ""]
)
def test_a_recording_is_asked_for_by_a_sid_and_nothing_else(sid: str) -> None:
    canned = Canned(200, b"RIFF")
    with pytest.raises(CarrierError) as raised:
        carrier_with(canned).audio(sid)
    assert raised.value.permanent
    assert canned.requests == []


# An answer without a SID, lists with bad items, one time limit


@pytest.mark.parametrize(
    "body", [{"status": "queued"}, {"sid": None}, {"sid": ""}, [], {"sid": "SM" + "1" * 32, "date_sent": 7}]
)
def test_an_answer_without_a_sid_or_that_cannot_be_read_counts_as_lost(body: object) -> None:
    assert failure(Canned(201, body)).lost


GOOD = {"sid": "CA" + "1" * 32, "from": CUSTOMER, "to": OURS, "status": "completed", "direction": "inbound",
        "duration": "7", "start_time": "Sun, 29 Nov 2026 03:13:00 +0000",
        "end_time": "Sun, 29 Nov 2026 03:14:00 +0000"}  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [None, "CA" + "2" * 32, {}, {"sid": None}, {**GOOD, "sid": 7}, {"direction": "inbound", "status": "completed"}],
)
def test_one_item_of_a_list_that_cannot_be_read_stops_no_other(bad: object) -> None:
    canned = Canned(200, {"calls": [GOOD, bad, {**GOOD, "sid": "CA" + "3" * 32}], "next_page_uri": None})
    assert [call.sid for call in carrier_with(canned).calls_to(OURS, NOW)] == ["CA" + "1" * 32, "CA" + "3" * 32]


@pytest.mark.parametrize(
    ("field", "value"),
    [("start_time", "yesterday"), ("start_time", None), ("end_time", 7), ("status", "teleported"), ("duration", "long"),
     ("from", None)],
)  # fmt: skip
def test_an_item_with_a_value_that_cannot_be_read_is_taken_without_it(field: str, value: object) -> None:
    canned = Canned(200, {"calls": [{**GOOD, field: value}]})
    (call,) = carrier_with(canned).calls_to(OURS, NOW)
    assert call.sid == "CA" + "1" * 32


def test_texts_and_recordings_are_taken_item_by_item_as_well() -> None:
    texts = [
        {},
        {"sid": "SM" + "1" * 32, "body": "hello", "status": "undelivered", "error_code": 30005, "date_created": "?"},
    ]
    found = carrier_with(Canned(200, {"messages": texts})).find_text(AMY, "hello", NOW)
    assert found == Accepted("SM" + "1" * 32, CarrierStatus.UNDELIVERED, 30005)
    good = {
        "sid": RECORDING,
        "call_sid": "CA" + "1" * 32,
        "status": "completed",
        "source": "RecordVerb",
        "duration": "x",
    }
    canned = Canned(200, {"recordings": [{"source": "RecordVerb", "sid": RECORDING}, good]})
    assert [recording.call_sid for recording in carrier_with(canned).recordings(NOW)] == ["CA" + "1" * 32]


def test_a_list_that_is_refused_states_the_code() -> None:
    with pytest.raises(CarrierError) as raised:
        list(carrier_with(Canned(401, {"code": 20003, "message": "Authenticate"})).calls_to(OURS, NOW))
    assert (raised.value.code, raised.value.status, raised.value.permanent) == (20003, 401, False)


def test_one_text_is_looked_up_with_its_error_code() -> None:
    canned = Canned(200, {"sid": "SM" + "1" * 32, "status": "failed", "error_code": "30001"})
    assert carrier_with(canned).text("SM" + "1" * 32) == Accepted("SM" + "1" * 32, CarrierStatus.FAILED, 30001)


@pytest.mark.parametrize("moved", [301, 302, 303, 307, 308])
def test_a_recording_elsewhere_is_fetched_from_there_without_our_credentials(moved: int) -> None:
    canned = Canned(moved, b"", {"Location": "https://storage.test/a.wav?signed=1"})
    session, asked = requests.Session(), list[str]()
    session.mount(URL, canned)

    def elsewhere(url: str) -> bytes:
        asked.append(url)
        return b"RIFF"

    assert Carrier(SETTINGS, session, elsewhere).audio(RECORDING) == b"RIFF"
    assert asked == ["https://storage.test/a.wav?signed=1"]
    assert len(canned.requests) == 1


@pytest.mark.parametrize(
    "place", ["http://storage.test/a.wav", "https://127.0.0.1/a.wav", "https://[::1]/", "file:///"]
)
def test_a_recording_is_fetched_by_https_and_never_from_our_own_network(place: str) -> None:
    with pytest.raises(CarrierError) as raised:
        carrier_with(Canned(302, b"", {"Location": place})).audio(RECORDING)
    assert not raised.value.permanent
    assert "recording" in str(raised.value)


@contextmanager
def dripping(beginning: bytes) -> Iterator[str]:
    """A server that begins its answer, and then sends a byte each tenth of a second, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(beginning)
                while True:
                    connection.sendall(b" ")
                    time.sleep(0.1)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "beginning", [b"", HEADERS, HEADERS + b"\r\n", HEADERS + b"Content-Length: 100000\r\n\r\n"],
    ids=["status", "headers", "body", "body of known length"],
)  # fmt: skip
def test_a_server_that_drips_ends_with_the_time_of_the_whole_request(beginning: bytes) -> None:
    with dripping(beginning) as url:
        carrier = Carrier(replace(SETTINGS, twilio_url=url), time_limit=0.5)
        with pytest.raises(CarrierError) as raised:
            carrier.send_text(AMY, "hello", "https://desk.test/status")
    assert raised.value.lost


def test_a_recording_that_drips_ends_with_the_time_of_the_whole_request() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nRIFF") as url, pytest.raises(CarrierError):
        Carrier(replace(SETTINGS, twilio_url=url), time_limit=0.5).audio(RECORDING)


def test_the_legs_that_a_call_dialed_are_listed() -> None:
    canned = Canned(200, {"calls": [{**GOOD, "sid": "CA" + "8" * 32, "direction": "outbound-dial"}, None]})
    assert [leg.sid for leg in carrier_with(canned).legs_of("CA" + "1" * 32)] == ["CA" + "8" * 32]
    assert "ParentCallSid=CA1" in str(canned.requests[0].url)


def test_the_legs_to_a_customer_name_the_call_that_dialed_them() -> None:
    leg = {**GOOD, "sid": "CA" + "8" * 32, "direction": "outbound-dial", "date_created": None}
    canned = Canned(200, {"calls": [{**leg, "parent_call_sid": "CA" + "1" * 32}, leg]})
    assert [each.parent_sid for each in carrier_with(canned).legs_to(AMY, NOW)] == ["CA" + "1" * 32]


# Deletions


@pytest.mark.parametrize("status", [204, 404])
def test_a_recording_is_deleted_and_one_that_is_gone_counts_as_deleted(status: int) -> None:
    canned = Canned(status, b"" if status == 204 else {"code": 20404, "message": "not found"})
    canned.listed = {"transcriptions": [], "next_page_uri": None}
    carrier_with(canned).delete_recording(RECORDING)
    assert [(request.method, (request.url or "").rpartition("/")[2]) for request in canned.requests] == [
        ("GET", "Transcriptions.json?PageSize=50"),
        ("DELETE", f"{RECORDING}.json"),
    ]


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_recording_that_is_not_deleted_is_an_error(status: int) -> None:
    with pytest.raises(CarrierError):
        carrier_with(Canned(status, {"code": 20003, "message": "no"})).delete_recording(RECORDING)


def test_what_is_no_sid_of_a_recording_is_asked_of_nobody() -> None:
    canned = Canned(204)
    with pytest.raises(ValueError, match="it has no SID"):
        carrier_with(canned).delete_recording("../Calls/CA1")
    assert canned.requests == []
