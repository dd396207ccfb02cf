"""<Record>: what ends a recording, what is kept, and what is reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.simulator import Fault, FaultKind, Leg, Place
from ivr.simulator.audio import sound_in
from tests.ivr.simulator.simulation import CUSTOMER, Simulation, heard, tone

RECORD = (
    "<Record action='/done' timeout='5' recordingStatusCallback='/recorded' "
    "recordingStatusCallbackEvent='completed absent'/><Say>empty</Say>"
)


def record(simulation: Simulation, end: Callable[[Leg], object], speech: float = 4) -> Leg:
    leg = simulation.dial(RECORD, 1)
    if speech:
        leg.speak(tone(speech))
    simulation.advance(2)
    end(leg)
    simulation.advance(20)
    return leg


def test_a_key_ends_a_recording(simulation: Simulation) -> None:
    record(simulation, lambda leg: leg.press("#"))
    done, report = simulation.requests_to("done")[0], simulation.requests_to("recorded")[0]
    assert (done["Digits"], done["RecordingDuration"], report["RecordingStatus"]) == ("#", "3", "completed")


def test_without_a_limit_on_silence_and_keys_only_a_hang_up_ends_a_recording(simulation: Simulation) -> None:
    leg = simulation.dial("<Record timeout='0' finishOnKey='' maxLength='300'/>", 1)
    leg.speak(tone(4))
    simulation.advance(10)
    leg.press("#")
    simulation.advance(60)
    leg.speak(tone(3))
    simulation.advance(5)
    assert simulation.carrier.ledger.recordings == []
    leg.hang_up()
    simulation.advance(1)
    (recording,) = simulation.carrier.ledger.recordings
    assert recording.sound.length.total_seconds() == pytest.approx(7)


def test_the_action_counts_the_silence_and_the_callback_does_not(simulation: Simulation) -> None:
    record(simulation, lambda leg: None)
    assert (
        simulation.requests_to("done")[0]["RecordingDuration"],
        simulation.requests_to("recorded")[0]["RecordingDuration"],
    ) == ("10", "4")


def test_silence_ends_a_recording_and_the_sound_is_what_was_said(simulation: Simulation) -> None:
    record(simulation, lambda leg: None)
    (recording,) = simulation.carrier.ledger.recordings
    assert sound_in(recording.audio).frames == sound_in(tone(4)).frames


def test_a_hang_up_keeps_what_was_said_and_asks_the_action_with_hangup(simulation: Simulation) -> None:
    record(simulation, lambda leg: leg.hang_up())
    done = simulation.requests_to("done")[0]
    assert (done["Digits"], done["RecordingDuration"]) == ("hangup", "3")
    assert simulation.requests_to("status")[-1]["CallStatus"] == "completed"
    assert simulation.requests_to("recorded")[0]["RecordingStatus"] == "completed"


def test_a_recording_that_the_carrier_loses_is_reported_as_failed(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.RECORD, FaultKind.FAILED))
    record(simulation, lambda leg: leg.press("#"))
    report = simulation.requests_to("recorded")[0]
    assert (report["RecordingStatus"], report["ErrorCode"]) == ("failed", "16105")
    assert simulation.requests_to("done")[0]["Digits"] == "#"
    (listed,) = simulation.client.recordings.list()
    assert (listed.status, listed.error_code) == ("absent", 16105)  # "failed" is no status in the API


def test_what_is_said_may_be_absent_all_the_same(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.RECORD, FaultKind.ABSENT, match=CUSTOMER))
    leg = record(simulation, lambda leg: leg.press("#"))
    report = simulation.requests_to("recorded")[0]
    assert (report["RecordingStatus"], report["ErrorCode"]) == ("absent", "16102")
    assert "empty" in heard(leg)


def test_nothing_said_is_absent_and_the_next_verb_runs(simulation: Simulation) -> None:
    leg = record(simulation, lambda leg: None, speech=0)
    assert (simulation.requests_to("done"), simulation.requests_to("recorded")[0]["RecordingStatus"]) == ([], "absent")
    assert "empty" in heard(leg)


def test_what_is_said_in_two_parts_is_kept_in_order(simulation: Simulation) -> None:
    leg = simulation.dial(RECORD, 1)
    leg.speak(tone(2))
    simulation.advance(4)
    leg.speak(tone(3))
    simulation.advance(20)
    (recording,) = simulation.carrier.ledger.recordings
    assert recording.seconds == 5


@pytest.mark.parametrize(("speech", "seconds"), [(9, 6), (2, 2)])
def test_the_longest_time_ends_a_recording(simulation: Simulation, speech: float, seconds: int) -> None:
    leg = simulation.dial("<Record action='/done' maxLength='6'/>", 0)
    leg.speak(tone(speech))
    simulation.advance(6)
    (recording,) = simulation.carrier.ledger.recordings
    assert recording.seconds == seconds


def test_a_key_that_does_not_finish_leaves_the_recording_alone(simulation: Simulation) -> None:
    leg = simulation.dial("<Record action='/done' finishOnKey='#'/>", 1)
    leg.speak(tone(4))
    simulation.advance(2)
    leg.press("1")
    simulation.advance(20)
    (recording,) = simulation.carrier.ledger.recordings
    assert (recording.seconds, simulation.requests_to("done")[0]["Digits"]) == (4, "")
