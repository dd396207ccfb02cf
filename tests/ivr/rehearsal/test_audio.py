"""Audio for people who speak on simulated phones."""

from __future__ import annotations

import io
import wave

from ivr.rehearsal.audio import seconds_of, tone


def test_a_tone_lasts_as_long_as_asked_for_and_is_not_silent() -> None:
    audio = tone(2.5)
    assert seconds_of(audio) == 2.5
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert any(file.readframes(100))
