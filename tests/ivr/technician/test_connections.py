"""The connection to the customer, as signed requests: the attempt, and how it went."""

from __future__ import annotations

import pytest

from callbacks.db.states import CallbackState, PageKind, ReachOutcome
from callbacks.db.tables import ReachAttempt
from ivr.technician.connections import outcome_of_leg
from tests.ivr.technician.night import Night
from tests.ivr.webhook_client import AMY, WebhookClient, said

CONNECTION = "CA" + "6" * 32


@pytest.fixture
def connected(night: Night) -> Night:
    """Amy is connected to the customer."""
    page_id = night.add_page(PageKind.CONNECTION, CONNECTION)
    assert "Press 1 to be connected" in said(night.hears(f"/voice/connect?page={page_id}", CONNECTION))
    document = night.hears(f"/voice/connect/key?page={page_id}&round=1", CONNECTION, Digits="1")
    assert document.findtext("Dial/Number") == "+15145550199"
    return night


def ends(night: Night, status: str = "completed") -> str:
    path = f"/voice/connect/ended?attempt={night.attempt.id}"
    return said(night.hears(path, CONNECTION, DialCallStatus=status, DialCallDuration="41"))


def test_the_attempt_is_recorded_once_however_often_the_key_is_posted(connected: Night) -> None:
    page_id = connected.page_id + 1
    again = connected.hears(f"/voice/connect/key?page={page_id}&round=1", CONNECTION, Digits="1")
    assert again.findtext("Dial/Number") == "+15145550199"
    assert connected.client.count(ReachAttempt) == 1
    assert connected.attempt.outcome is ReachOutcome.RINGING


def test_the_outcome_of_the_carrier_is_stored_and_the_technician_is_asked(connected: Night) -> None:
    assert "The call has ended: busy. How did it go?" in ends(connected, "busy")
    assert (connected.attempt.outcome, connected.attempt.seconds) == (ReachOutcome.BUSY, 41)


@pytest.mark.parametrize(("word", "heard"), [("msg", "message left"), ("cont", "reached, continuing")])
def test_a_technician_who_reports_by_text_during_the_call_is_still_asked(
    connected: Night, word: str, heard: str
) -> None:
    code = connected.page(connected.page_id).code
    answer = connected.client.posts("/sms/incoming", MessageSid="SM1", From=AMY, Body=f"{word} {code}")
    assert "Noted" in answer.text
    assert f"The call has ended: {heard}. How did it go?" in ends(connected)


def test_key_1_resolves_the_callback(connected: Night) -> None:
    ends(connected)
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    assert "How did it go?" in said(connected.hears(path, CONNECTION, Digits="9"))
    assert said(connected.hears(path, CONNECTION, Digits="1")) == "Resolved. Thank you. Goodbye."
    assert connected.callback.state is CallbackState.RESOLVED


def test_a_machine_is_a_guess_that_the_end_of_the_call_does_not_undo(connected: Night) -> None:
    attempt = connected.attempt.id
    client: WebhookClient = connected.client
    assert client.posts(f"/voice/connect/answered?attempt={attempt}", AnsweredBy="machine_start").status_code == 204
    assert client.posts(f"/voice/connect/status?attempt={attempt}", CallStatus="completed").status_code == 204
    assert connected.attempt.outcome is ReachOutcome.MACHINE


def test_another_call_changes_nothing(connected: Night) -> None:
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    assert [verb.tag for verb in connected.hears(path, "CA" + "5" * 32, Digits="1")] == ["Hangup"]
    assert connected.callback.state is CallbackState.OPEN


@pytest.mark.parametrize(
    ("status", "sip_code", "outcome"),
    [
        ("completed", "200", ReachOutcome.REACHED),
        ("answered", "", ReachOutcome.REACHED),
        ("busy", "486", ReachOutcome.BUSY),
        ("no-answer", "", ReachOutcome.NO_ANSWER),
        ("failed", "404", ReachOutcome.WRONG_NUMBER),
        ("failed", "503", ReachOutcome.FAILED),
        ("unheard-of", "", ReachOutcome.FAILED),
    ],
)
def test_how_the_customers_leg_ended(status: str, sip_code: str, outcome: ReachOutcome) -> None:
    assert outcome_of_leg(status, sip_code) is outcome
