"""Sounds: cut, joined, written to WAV files and read back."""

from __future__ import annotations

import wave
from datetime import timedelta

import pytest

from ivr.simulator.audio import Sound, sound_in
from tests.ivr.simulator.simulation import tone


def test_a_sound_is_the_same_after_it_was_written_and_read() -> None:
    sound = Sound(b"\x01\x02\x03\x04" * 100, rate=16000, width=2, channels=2)
    assert sound_in(sound.wav()) == sound


def test_the_beginning_of_a_sound_is_cut_at_a_whole_frame() -> None:
    sound = sound_in(tone(4))
    assert sound.length == timedelta(seconds=4)
    assert sound.first(timedelta(seconds=1.5)).length == timedelta(seconds=1.5)
    assert len(sound.first(timedelta(microseconds=200)).frames) == 2
    assert sound.first(timedelta(seconds=9)) == sound


def test_a_sound_follows_another_one() -> None:
    first, second = Sound(b"\x01\x00" * 8000), Sound(b"\x02\x00" * 8000)
    assert first.then(second).frames == first.frames + second.frames
    assert Sound().then(Sound(b"\x01\x00", rate=16000)).rate == 16000


@pytest.mark.parametrize("file", [b"", b"no wave at all", tone(1)[:20]])
def test_a_file_that_is_not_a_wav_is_refused(file: bytes) -> None:
    with pytest.raises((wave.Error, EOFError)):
        sound_in(file)
