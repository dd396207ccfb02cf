"""The browser phone's page, and what can be done on it."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator.browser.fault_choices import FAULT_CHOICES
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, Simulation, heard, tone

HEADER = {"X-Browser-Phone": "1"}

# The page


def test_the_page_of_another_site_can_send_no_action(simulation: Simulation) -> None:
    assert simulation.browser.post("/faults/clear").status_code == 403


def test_the_console_stands_beside_the_phones_where_there_is_one(simulation: Simulation) -> None:
    simulation.carrier.browser.console_url = "../"
    page = simulation.browser.get("/")
    assert '<iframe src="../" title="Supervisors' in page.text
    assert 'href="#console"' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_without_a_console_the_page_shows_phones_alone(simulation: Simulation) -> None:
    page = simulation.browser.get("/")
    assert page.status_code == 200
    assert "iframe" not in page.text
    assert "onsole" not in page.text


def test_the_page_is_never_shown_within_itself(simulation: Simulation) -> None:
    simulation.carrier.browser.console_url = "../"
    framed = simulation.browser.get("/", headers={"Sec-Fetch-Dest": "iframe"})
    assert (framed.status_code, framed.headers["Location"]) == (302, "../")
    assert "frame-ancestors 'none'" in framed.headers["Content-Security-Policy"]


def test_every_fault_can_be_chosen_by_name_and_is_described(simulation: Simulation) -> None:
    page = simulation.browser.get("/").text
    for group in FAULT_CHOICES.values():
        for name, choice in group.items():
            assert f'value="{name}"' in page
            assert choice.label in page
            assert choice.description.endswith(".")


# Phones


def test_a_phone_calls_a_line_and_acts_on_the_call(simulation: Simulation) -> None:
    simulation.documents["voice"] = "<Gather numDigits='1' action='/chosen'/><Record action='/done'/>"
    assert simulation.post(f"/phones/{CUSTOMER}/dial", {"to": OURS}) == (204, "")
    simulation.advance(1)
    (leg,) = simulation.carrier.phone(CUSTOMER).legs
    assert simulation.post(f"/legs/{leg.call.sid}/press", {"keys": "x7"}) == (204, "")
    simulation.advance(1)
    assert simulation.requests_to("chosen")[0]["Digits"] == "7"
    assert leg.state == "ended"


def test_a_phone_answers_rejects_hangs_up_and_speaks(simulation: Simulation) -> None:
    simulation.documents["page"] = "<Record action='/done'/>"
    simulation.call(AMY)
    leg = simulation.ringing(AMY)
    simulation.post(f"/legs/{leg.call.sid}/answer")
    simulation.advance(1)
    url = f"/legs/{leg.call.sid}/speak"
    assert simulation.browser.post(url, data=tone(2), headers=HEADER).status_code == 204
    simulation.advance(3)
    simulation.post(f"/legs/{leg.call.sid}/hang-up")
    simulation.advance(1)
    assert (heard(leg), leg.call.status) == (["beep"], "completed")
    assert [recording.seconds for recording in simulation.carrier.ledger.recordings] == [2]
    simulation.call(AMY)
    again = simulation.ringing(AMY)
    simulation.post(f"/legs/{again.call.sid}/reject")
    simulation.advance(1)
    assert again.call.status == "busy"


def test_a_phone_texts_the_desk(simulation: Simulation) -> None:
    assert simulation.post(f"/phones/{AMY}/text", {"to": OURS, "body": "x" * 2000}) == (204, "")
    simulation.advance(1)
    assert [fields["Body"] for fields in simulation.requests_to("sms")] == ["x" * 1600]


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/phones/+15145550199/dial", {"to": AMY}, 404, f"'{AMY}' is not one of the desk's lines."),
        ("/phones/+15145550199/dial", [], 400, "Send a JSON object."),
        ("/legs/CA9/answer", None, 404, "There is no such call."),
    ],
)
def test_an_action_that_is_not_possible_is_refused_with_a_reason(
    simulation: Simulation, path: str, body: Any, status: int, reason: str
) -> None:
    assert simulation.post(path, body) == (status, reason)


def test_only_a_wav_file_can_be_spoken_and_only_known_actions_are_done(simulation: Simulation) -> None:
    sid = simulation.dial("<Record/>", 1).call.sid
    refused = simulation.browser.post(f"/legs/{sid}/speak", data=b"no", headers=HEADER)
    assert (refused.status_code, refused.text) == (
        400,
        "Not a WAV file with PCM audio. Save it as 16-bit PCM WAV and try again.",
    )
    assert simulation.post(f"/legs/{sid}/whistle") == (404, "There is no such action.")


# Faults


def test_a_fault_counts_down_and_is_over(simulation: Simulation) -> None:
    simulation.switch_on("too-many-requests", 2)
    remaining = []
    for send in (simulation.text, simulation.call):
        with pytest.raises(TwilioRestException):
            send(AMY)
        remaining.append(simulation.state()["faults"][0]["remaining"])
    assert remaining == [1, 0]
    simulation.text(AMY)
    assert len(simulation.texts_of(AMY)) == 1


def test_a_fault_without_an_end_lasts_until_all_are_switched_off(simulation: Simulation) -> None:
    simulation.switch_on("suspended", "always")
    for _ in range(3):
        with pytest.raises(TwilioRestException):
            simulation.text(AMY)
    assert simulation.state()["faults"][0]["remaining"] is None
    assert simulation.post("/faults/clear") == (204, "")
    assert simulation.state()["faults"] == []
    simulation.text(AMY)
    assert len(simulation.texts_of(AMY)) == 1


HOW_OFTEN = "The number of times must be from 1 to 100, or always."


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "Send a JSON object."),
        ([1], "Send a JSON object."),
        ({}, "There is no fault called None."),
        ({"name": "gremlins", "times": 1}, "There is no fault called 'gremlins'."),
        ({"name": ["busy"], "times": 1}, "There is no fault called ['busy']."),
        ({"name": "busy"}, HOW_OFTEN),
        ({"name": "busy", "times": 0}, HOW_OFTEN),
        ({"name": "busy", "times": 101}, HOW_OFTEN),
        ({"name": "busy", "times": 1.5}, HOW_OFTEN),
        ({"name": "busy", "times": True}, HOW_OFTEN),
        ({"name": "busy", "times": "five"}, HOW_OFTEN),
        ({"name": "busy", "times": 1, "only_for": "+15145559999"}, "There is no phone with the number '+15145559999'."),
        ({"name": "busy", "times": 1, "only_for": [AMY]}, f"There is no phone with the number ['{AMY}']."),
        ({"name": "audio-missing", "times": 1, "only_for": AMY}, "This fault cannot be limited to one phone."),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_a_reason(simulation: Simulation, body: Any, reason: str) -> None:
    assert simulation.post("/faults", body) == (400, reason)
    assert simulation.state()["faults"] == []
