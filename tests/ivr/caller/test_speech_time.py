"""How long prompts take at the least: it decides who has heard the promise to its end."""

from __future__ import annotations

from datetime import timedelta

from ivr.caller.speech_time import shortest_time
from ivr.twilio.verbs import Pause, Redirect, Say


def test_it_is_a_fast_reading_of_the_words() -> None:
    assert shortest_time([Say("one two three four five six seven"), Redirect("https://desk.test")]) == timedelta(
        seconds=2
    )


def test_a_pause_takes_its_time() -> None:
    assert shortest_time([Pause(3), Say("un deux trois quatre cinq six sept", "fr")]) == timedelta(seconds=5)


def test_nothing_takes_no_time() -> None:
    assert shortest_time([]) == timedelta(0)
