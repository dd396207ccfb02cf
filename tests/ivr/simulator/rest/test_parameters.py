"""Requests are checked as Twilio checks them: every wrong one is refused with its code, and does nothing."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.ivr.simulator.simulation import ACCOUNT, AMY, OURS, TOKEN, Simulation

API = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}"
CALL = {"To": AMY, "From": OURS, "Url": "https://app.test/page"}
TEXT = {"To": AMY, "From": OURS, "Body": "hello"}
Fields = dict[str, Any]

# What is changed in a good request (None: left out), and Twilio's code.
WRONG_CALLS: list[tuple[Fields, int]] = [
    ({"To": None}, 21201),
    ({"To": ""}, 21201),
    ({"To": "Amy"}, 21211),
    ({"To": "5145550101"}, 21211),
    ({"To": "+1 514 555 0101"}, 21211),
    ({"To": "+0145550101"}, 21211),
    ({"From": None}, 21213),
    ({"From": "ANONYMOUS"}, 21212),
    ({"From": "+15145550000"}, 21210),
    ({"Url": None}, 21205),
    ({"Url": "/page"}, 21205),
    ({"Url": "ftp://app.test/page"}, 21205),
    ({"Url": "https://my_app.test/page"}, 21205),
    ({"Url": "https://app.test/a page"}, 21205),
    ({"Url": "https://"}, 21205),
    ({"Method": "PUT"}, 21209),
    ({"Method": "post"}, 21209),
    ({"FallbackUrl": "down"}, 21205),
    ({"FallbackMethod": "HEAD"}, 21209),
    ({"StatusCallback": "/call"}, 21609),
    ({"StatusCallback": "https://my_app.test/call"}, 21609),
    ({"StatusCallbackMethod": "PATCH"}, 21209),
    ({"StatusCallbackEvent": "in-progress"}, 21626),
    ({"StatusCallbackEvent": ["ringing", "done"]}, 21626),
    ({"StatusCallbackEvent": "initiated ringing"}, 21626),
    ({"SendDigits": "1,2"}, 21206),
    ({"SendDigits": "1" * 33}, 21206),
    ({"Timeout": "0"}, 21208),
    ({"Timeout": "601"}, 21208),
    ({"Timeout": "25.0"}, 21208),
    ({"Timeout": "soon"}, 21208),
    ({"TimeLimit": "0"}, 20422),
    ({"Twiml": f"<Response>{' ' * 4000}</Response>"}, 32018),
    ({"ApplicationSid": "AP1"}, 21218),
    ({"MachineDetection": "yes"}, 21207),
    ({"MachineDetectionTimeout": "60"}, 20422),
    ({"MachineDetectionSpeechThreshold": "999"}, 20422),
    ({"MachineDetectionSpeechEndThreshold": "5001"}, 20422),
    ({"MachineDetectionSilenceTimeout": "1"}, 20422),
    ({"AsyncAmd": "yes"}, 20422),
    ({"AsyncAmdStatusCallback": "/who"}, 21609),
    ({"Record": "1"}, 20422),
    ({"RecordingChannels": "stereo"}, 20422),
    ({"RecordingTrack": "all"}, 20422),
    ({"RecordingStatusCallbackEvent": "failed"}, 13621),
    ({"Trim": "true"}, 20422),
    ({"CallBack": "https://app.test/call"}, 20001),
    ({"url": "https://app.test/page"}, 20001),
]
WRONG_TEXTS: list[tuple[Fields, int]] = [
    ({"To": None}, 21604),
    ({"To": "Amy"}, 21211),
    ({"To": "(514) 555-0101"}, 21211),
    ({"From": None}, 21603),
    ({"From": "Support"}, 21212),
    ({"From": "+15145550000"}, 21606),
    ({"To": OURS}, 21266),
    ({"Body": None}, 21602),
    ({"Body": ""}, 21602),
    ({"Body": "x" * 1601}, 21617),
    ({"MessagingServiceSid": "MG1"}, 21705),
    ({"StatusCallback": "/report"}, 21609),
    ({"StatusCallback": "mailto:amy@app.test"}, 21609),
    ({"ValidityPeriod": "0"}, 20422),
    ({"ValidityPeriod": "36001"}, 20422),
    ({"ValidityPeriod": "10m"}, 20422),
    ({"Attempt": "0"}, 20422),
    ({"MediaUrl": "m.png"}, 21620),
    ({"MediaUrl": ["https://app.test/m.png"] * 11}, 21623),
    ({"SmartEncoded": "yes"}, 20422),
    ({"ShortenUrls": "1"}, 20422),
    ({"ContentRetention": "keep"}, 20422),
    ({"AddressRetention": "hide"}, 20422),
    ({"RiskCheck": "on"}, 20422),
    ({"ScheduleType": "later"}, 20422),
    ({"SendAt": "tomorrow"}, 20422),
    ({"ContentSid": "HX1"}, 20422),
    ({"StatusCallBack": "https://app.test/report"}, 20001),
]
WRONG_LISTS: list[tuple[str, Fields, int]] = [
    ("Calls", {"Status": "ended"}, 20422),
    ("Calls", {"Status": "initiated"}, 20422),
    ("Calls", {"StartTime>": "yesterday"}, 20422),
    ("Calls", {"StartTime": "2026-02-30"}, 20422),
    ("Calls", {"ParentCallSid": "CA1"}, 20422),
    ("Calls", {"PageSize": "1001"}, 20007),
    ("Calls", {"PageSize": "0"}, 20422),
    ("Calls", {"StartTimeAfter": "2026-11-28"}, 20001),
    ("Messages", {"DateSent": "28/11/2026"}, 20422),
    ("Messages", {"Status": "sent"}, 20001),
    ("Recordings", {"CallSid": "RE" + "0" * 32}, 20422),
    ("Recordings", {"IncludeSoftDeleted": "yes"}, 20422),
    ("IncomingPhoneNumbers", {"PageSize": "all"}, 20422),
]


def ask(simulation: Simulation, method: str, path: str, fields: Fields) -> requests.Response:
    data, params = (fields, None) if method == "POST" else (None, fields)
    return simulation.to_carrier.request(method, f"{API}/{path}.json", auth=(ACCOUNT, TOKEN), data=data, params=params)


def refusal(response: requests.Response) -> tuple[int, int]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(("change", "code"), WRONG_CALLS)
def test_a_wrong_request_for_a_call_is_refused(simulation: Simulation, change: Fields, code: int) -> None:
    assert refusal(ask(simulation, "POST", "Calls", {**CALL, **change})) == (400, code)
    assert simulation.carrier.ledger.calls == []


@pytest.mark.parametrize(("change", "code"), WRONG_TEXTS)
def test_a_wrong_request_for_a_text_is_refused(simulation: Simulation, change: Fields, code: int) -> None:
    assert refusal(ask(simulation, "POST", "Messages", {**TEXT, **change})) == (400, code)
    assert simulation.carrier.ledger.messages == []


@pytest.mark.parametrize(("path", "parameters", "code"), WRONG_LISTS)
def test_a_wrong_request_for_a_list_is_refused(
    simulation: Simulation, path: str, parameters: Fields, code: int
) -> None:
    assert refusal(ask(simulation, "GET", path, parameters)) == (400, code)


@pytest.mark.parametrize(
    ("change", "code"), [({"Status": "busy"}, 20422), ({}, 21205), ({"Url": "page"}, 21205), ({"State": "x"}, 20001)]
)
def test_a_wrong_request_to_end_a_call_is_refused(simulation: Simulation, change: Fields, code: int) -> None:
    leg = simulation.dial("<Pause length='60'/>", 1)
    assert refusal(ask(simulation, "POST", f"Calls/{leg.call.sid}", change)) == (400, code)
    simulation.advance(1)
    assert leg.state == "in-progress"


def test_json_is_not_a_form(simulation: Simulation) -> None:
    response = simulation.to_carrier.post(f"{API}/Calls.json", auth=(ACCOUNT, TOKEN), json=CALL)
    assert refusal(response) == (400, 21201)


@pytest.mark.parametrize(
    "fields",
    [
        CALL,
        {**CALL, "Method": "GET", "Timeout": "600", "SendDigits": "wwW12#", "TimeLimit": "3600"},
        {**CALL, "MachineDetection": "DetectMessageEnd", "AsyncAmd": "true", "Record": "false", "Trim": "do-not-trim"},
        {**CALL, "StatusCallback": "http://127.0.0.1:8000/call", "StatusCallbackEvent": ["ringing", "completed"]},
    ],
)
def test_a_good_request_for_a_call_passes(simulation: Simulation, fields: Fields) -> None:
    assert ask(simulation, "POST", "Calls", fields).status_code == 201


@pytest.mark.parametrize(
    "fields",
    [
        TEXT,
        {**TEXT, "Body": "é" * 1600, "ValidityPeriod": "36000", "SmartEncoded": "true", "RiskCheck": "disable"},
        {
            "To": AMY,
            "MessagingServiceSid": "MG" + "0" * 32,
            "Body": "hello",
            "StatusCallback": "https://app.test/r?a=1",
        },
        {"To": AMY, "From": OURS, "MediaUrl": "https://app.test/m.png"},
    ],
)
def test_a_good_request_for_a_text_passes(simulation: Simulation, fields: Fields) -> None:
    assert ask(simulation, "POST", "Messages", fields).status_code == 201


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("Calls", {"Status": "in-progress", "StartTime>": "2026-11-28", "StartTime<": "2026-11-30T00:00:00Z"}),
        ("Calls", {"To": AMY, "PageSize": "1000", "Page": "1", "PageToken": "PACA1"}),
        ("Messages", {"From": "ANONYMOUS", "DateSent": "2026-11-28"}),
        ("Recordings", {"CallSid": "CA" + "0" * 32, "DateCreated>": "2026-11-28"}),
        ("IncomingPhoneNumbers", {"PhoneNumber": OURS}),
    ],
)
def test_a_good_request_for_a_list_passes(simulation: Simulation, path: str, parameters: Fields) -> None:
    assert ask(simulation, "GET", path, parameters).status_code == 200
