"""Transcribing a recording: in a process of its own, whose failure is an error with its cause."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from callbacks.worker.speech import TranscriptionFailed, transcribe
from tests.callbacks.worker.speech_model import answers
from tests.waiting import FAR

SOON = timedelta(seconds=1)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "recording.wav"
    file.write_bytes(b"RIFF")
    return file


@pytest.mark.parametrize(("said", "expected"), [("The printer| is on fire.", "The printer is on fire."), ("", "")])
def test_the_words_of_a_recording(recording: Path, model: Path, said: str, expected: str) -> None:
    answers(model, said)
    assert transcribe(recording, model, "en") == expected


def test_the_language_of_the_call_is_passed_on(recording: Path, model: Path) -> None:
    answers(model, "language")
    assert transcribe(recording, model, "fr") == "fr"


@pytest.mark.parametrize(
    ("said", "time_limit", "cause"),
    [("crash", FAR, "failed"), ("trouble", FAR, "invalid data found"), ("hang", SOON, "longer than 1 seconds")],
)
def test_a_failure_stays_in_its_own_process_and_names_its_cause(
    recording: Path, model: Path, said: str, time_limit: timedelta, cause: str
) -> None:
    answers(model, said)
    with pytest.raises(TranscriptionFailed, match=cause):
        transcribe(recording, model, "en", time_limit)


def test_a_model_that_is_not_there_is_an_error(recording: Path, model: Path) -> None:
    with pytest.raises(TranscriptionFailed, match=r"No such file"):
        transcribe(recording, model, "en")
