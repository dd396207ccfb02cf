"""The record of calls and recordings: their durations, and which statuses are final."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator.audio import sound_in
from ivr.simulator.ledger import Call, CallStatus, Direction, Recording, RecordingStatus
from tests.ivr.simulator.simulation import CUSTOMER, OURS, STARTS_AT, tone


@pytest.mark.parametrize(("lasted", "seconds"), [(0.2, 1), (1.4, 1), (61, 61)])
def test_a_call_lasts_from_its_answer_to_its_end(lasted: float, seconds: int) -> None:
    call = Call("CA1", OURS, CUSTOMER, Direction.INBOUND, CallStatus.RINGING, STARTS_AT)
    assert call.seconds == 0
    call.answered_at = STARTS_AT + timedelta(seconds=30)
    assert call.seconds == 0
    call.ended_at = call.answered_at + timedelta(seconds=lasted)
    assert call.seconds == seconds


def test_a_recording_lasts_as_long_as_its_sound() -> None:
    recording = Recording("RE1", "CA1", STARTS_AT, RecordingStatus.COMPLETED, sound_in(tone(4)))
    assert (recording.seconds, recording.audio) == (4, tone(4))


def test_a_call_has_ended_in_any_status_after_in_progress() -> None:
    assert [status.value for status in CallStatus if not status.is_final] == [
        "queued",
        "initiated",
        "ringing",
        "in-progress",
    ]
