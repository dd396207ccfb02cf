"""Calls: placed, answered or not, and reported."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator import Habit
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, Simulation, heard


def test_a_call_is_placed_answered_and_reported_step_by_step(simulation: Simulation) -> None:
    simulation.documents["page"] = "<Say>wake up</Say>"
    events = ["initiated", "ringing", "answered", "completed"]
    call = simulation.client.calls.create(
        to=AMY,
        from_=OURS,
        url="https://app.test/page",
        status_callback="https://app.test/call",
        status_callback_event=events,
    )
    simulation.advance(2)
    leg = simulation.ringing(AMY)
    assert simulation.requests_to("page") == []  # never before the phone is answered
    leg.answer()
    simulation.advance(10)
    assert heard(leg) == ["wake up"]
    assert [fields["CallStatus"] for fields in simulation.requests_to("call")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert simulation.client.calls(call.sid).fetch().status == "completed"


def test_a_number_that_is_not_ours_cannot_be_reached(simulation: Simulation) -> None:
    leg = simulation.carrier.phone(CUSTOMER).dial("+15145550000")
    simulation.advance(5)
    assert (leg.state, leg.call.status, simulation.requests) == ("ended", "failed", [])


def test_a_call_that_nobody_answers_ends_in_time(simulation: Simulation) -> None:
    simulation.client.calls.create(to=AMY, from_=OURS, url="https://app.test/page", timeout=20)
    simulation.advance(19)
    leg = simulation.ringing(AMY)
    simulation.advance(1)
    assert (leg.state, leg.call.status) == ("ended", "no-answer")


def test_a_call_that_is_never_dialed_stays_queued(simulation: Simulation) -> None:
    simulation.carrier.phone(AMY).habit = Habit.NEVER_DIALED
    call = simulation.client.calls.create(
        to=AMY, from_=OURS, url="https://app.test/page", status_callback="https://app.test/call"
    )
    simulation.advance(600)
    fetched = simulation.client.calls(call.sid).fetch()
    assert (fetched.status, fetched.start_time, simulation.requests_to("call")) == ("queued", None, [])


def test_the_application_ends_a_call_that_it_placed(simulation: Simulation) -> None:
    call = simulation.client.calls.create(to=AMY, from_=OURS, url="https://app.test/page")
    simulation.advance(2)
    simulation.client.calls(call.sid).update(status="canceled")
    simulation.advance(1)
    assert simulation.carrier.phone(AMY).ringing is None
    assert simulation.client.calls(call.sid).fetch().status == "canceled"


def test_a_call_that_the_application_ends_takes_the_dialed_one_with_it(simulation: Simulation) -> None:
    leg = simulation.dial(f"<Dial>{AMY}</Dial>", 1)
    other = simulation.ringing(AMY)
    other.answer()
    simulation.advance(2)
    simulation.client.calls(leg.call.sid).update(status="completed")
    simulation.advance(1)
    assert (leg.state, other.state, other.call.status) == ("ended", "ended", "completed")


def test_when_one_party_hangs_up_the_caller_goes_on_and_the_called_phone_does_not(simulation: Simulation) -> None:
    leg = simulation.dial(f"<Dial>{AMY}</Dial><Say>goodbye</Say>", 1)
    other = simulation.ringing(AMY)
    other.answer()
    simulation.advance(2)
    other.hang_up()
    simulation.advance(0.2)
    assert (other.state, leg.state, heard(leg)) == ("ended", "in-progress", ["goodbye"])

    leg = simulation.dial(f"<Dial>{AMY}</Dial><Say>goodbye</Say>", 1)
    other = simulation.ringing(AMY)
    other.answer()
    simulation.advance(2)
    leg.hang_up()
    simulation.advance(0.2)
    assert (other.state, leg.state, heard(leg)) == ("ended", "ended", [])


@pytest.mark.parametrize(("seconds", "state"), [(4, "ringing"), (6, "in-progress"), (60, "ended")])
def test_a_voicemail_answers_plays_its_greeting_and_hangs_up(
    simulation: Simulation, seconds: float, state: str
) -> None:
    phone = simulation.carrier.phone(AMY)
    phone.habit, phone.voicemail_after = Habit.VOICEMAIL, timedelta(seconds=5)
    simulation.documents["page"] = "<Pause length='300'/>"
    simulation.client.calls.create(to=AMY, from_=OURS, url="https://app.test/page")
    simulation.advance(seconds)
    assert phone.legs[0].state == state


def test_the_greeting_of_a_voicemail_may_sound_like_keys(simulation: Simulation) -> None:
    phone = simulation.carrier.phone(AMY)
    phone.habit, phone.voicemail_after, phone.voicemail_plays = Habit.VOICEMAIL, timedelta(seconds=5), "12"
    simulation.documents["page"] = "<Gather numDigits='2' timeout='10' action='/chosen'/>"
    simulation.client.calls.create(to=AMY, from_=OURS, url="https://app.test/page")
    simulation.advance(12)
    assert simulation.requests_to("chosen")[0]["Digits"] == "12"


def test_a_call_between_two_numbers_of_the_account_is_two_calls_and_one_hears_the_other(simulation: Simulation) -> None:
    canary = "+15145550170"
    simulation.carrier.own_number(canary, voice_url="https://app.test/voice")
    simulation.documents["voice"] = '<Record action="https://app.test/recorded"/>'
    message = "<Response><Pause length='2'/><Say>this is a test of the desk</Say><Hangup/></Response>"
    simulation.client.calls.create(to=OURS, from_=canary, twiml=message)
    simulation.advance(10)
    outgoing, incoming = simulation.carrier.ledger.calls
    assert (outgoing.direction, incoming.direction) == ("outbound-api", "inbound")
    assert {call.status for call in (outgoing, incoming)} == {"completed"}
    (recording,) = simulation.carrier.ledger.recordings
    assert (recording.call_sid, recording.status) == (incoming.sid, "completed")
