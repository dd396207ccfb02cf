"""Resources have the fields and forms that Twilio's client reads."""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.account import OwnNumber
from ivr.simulator.ledger import Call, CallStatus, Direction, Message, MessageStatus
from ivr.simulator.rest.resources import call_json, message_json, number_json
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, STARTS_AT, Simulation, tone


def test_a_call_has_a_duration_when_it_has_ended() -> None:
    call = Call("CA1", OURS, CUSTOMER, Direction.INBOUND, CallStatus.RINGING, STARTS_AT)
    assert (call_json(call)["duration"], call_json(call)["parent_call_sid"]) == (None, None)
    call.ended_at = STARTS_AT + timedelta(seconds=40)
    assert call_json(call)["duration"] == "0"
    call.answered_at = STARTS_AT + timedelta(seconds=10)
    assert call_json(call)["duration"] == "30"
    assert call_json(call)["end_time"] == "Sun, 29 Nov 2026 03:00:40 +0000"


def test_a_text_has_its_error_code() -> None:
    message = Message("SM1", AMY, OURS, "hello", Direction.OUTBOUND_API, MessageStatus.UNDELIVERED, STARTS_AT)
    message.error_code = 30003
    shown = message_json(message)
    assert (shown["status"], shown["direction"], shown["error_code"]) == ("undelivered", "outbound-api", 30003)


def test_a_number_keeps_its_sid() -> None:
    number = OwnNumber(OURS, "https://app.test/voice")
    assert number_json(number)["sid"] == "PN" + OURS[1:].zfill(32)


def test_twilios_client_reads_every_resource(simulation: Simulation) -> None:
    leg = simulation.dial("<Record action='/done'/>", 1)
    leg.speak(tone(4))
    simulation.advance(20)
    (call,), (recording,) = simulation.client.calls.list(), simulation.client.recordings.list()
    assert (call.start_time, call.account_sid) == (STARTS_AT, simulation.carrier.account.sid)
    assert (recording.call_sid, recording.date_created) == (call.sid, STARTS_AT + timedelta(seconds=10))
