"""The result of a story: the transcript, the log, and what went wrong."""

from __future__ import annotations

from callbacks.cli.context import Compose
from callbacks.desk.desk_file import Desk
from ivr.rehearsal.audio import tone
from ivr.rehearsal.playback import play
from ivr.rehearsal.scenario import Scenario
from ivr.rehearsal.stories import STORIES, Story


def test_a_story_that_passes_has_a_transcript_a_log_and_no_fault(compose: Compose, desk: Desk) -> None:
    playback = play(STORIES["taken-at-once"], compose, desk, voicemail=tone(4))
    assert playback.fault == ""
    assert any(line.endswith("speaks for 4 seconds") for line in playback.transcript)
    assert playback.log[0].startswith("Call on the toll-free line: voicemail, callback ")


def test_a_story_that_fails_has_a_fault(compose: Compose, desk: Desk) -> None:
    def expects_a_page(scenario: Scenario) -> None:
        scenario.phone_of("Amy").reads("call back")

    assert play(Story("2026-11-28T22:12", expects_a_page), compose, desk).fault == (
        "Amy Roy gets no text. Expected: call back"
    )


def test_what_a_story_does_not_mention_is_a_fault(compose: Compose, desk: Desk) -> None:
    def leaves_a_message(scenario: Scenario) -> None:
        call = scenario.caller("+15145550199").dials("direct").hears_the_beep().says(3)
        call.presses("#").is_hung_up_on()
        scenario.minutes_pass(1)

    fault = play(Story("2026-11-28T22:12", leaves_a_message), compose, desk).fault
    assert "Amy Roy got a text that was not expected" in fault
