"""Documents run verb by verb, and one that fails is followed by the fallback."""

from __future__ import annotations

import pytest

from tests.ivr.simulator.simulation import OURS, Simulation, heard


def test_verbs_run_in_the_order_of_the_document(simulation: Simulation) -> None:
    simulation.documents["next"] = "<Say>three</Say><Hangup/><Say>never</Say>"
    leg = simulation.dial(
        "<Say>one</Say><Pause length='2'/><Play>m.wav</Play><Redirect>/next</Redirect><Say>no</Say>", 30
    )
    assert heard(leg) == ["one", "https://app.test/m.wav", "three"]
    assert leg.state == "ended"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Sing>la</Sing>", "12200"),
        ("<Say vioce='x'>hello</Say>", "12200"),
        ("<Gather><Dial/></Gather>", "13320"),
        ("<Gather numDigits='x'/>", "13314"),
        ("<Play>/not-a.wav.txt</Play>", "11200"),
        ("<Say>unfinished", "12100"),
        (f"<Say>{'x' * 70_000}</Say>", "11750"),
    ],
)
def test_what_twilio_would_complain_of_is_an_error_and_is_heard(
    simulation: Simulation, document: str, code: str
) -> None:
    leg = simulation.dial(document, 15)
    assert simulation.carrier.ledger.errors[0].startswith(code)
    assert "application error" in heard(leg)[-1]


def test_when_the_application_fails_the_fallback_answers(simulation: Simulation) -> None:
    simulation.carrier.own_number(
        OURS, voice_url="https://app.test/voice", voice_fallback_url="https://app.test/fallback"
    )
    simulation.documents["fallback"] = "<Say>we are down</Say>"
    leg = simulation.dial("<Sing/>", 10)
    assert heard(leg) == ["we are down"]
    asked = simulation.requests_to("fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("12200", "https://app.test/voice")


def test_the_fallback_is_asked_only_once(simulation: Simulation) -> None:
    simulation.carrier.own_number(
        OURS, voice_url="https://app.test/voice", voice_fallback_url="https://app.test/fallback"
    )
    simulation.documents["fallback"] = "<Sing/>"
    leg = simulation.dial("<Sing/>", 15)
    assert len(simulation.requests_to("fallback")) == 1
    assert "application error" in heard(leg)[-1]


def test_reject_neither_answers_nor_bills(simulation: Simulation) -> None:
    leg = simulation.dial("<Reject/>", 3)
    assert (leg.call.answered_at, leg.call.status) == (None, "no-answer")
