"""Sounds: cut, joined, written to WAV files and read back."""

from __future__ import annotations

import struct
import wave
from datetime import timedelta

import pytest

from ivr.simulator.audio import NotPlayed, Sound, length_of, sound_in
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


def mu_law(seconds: int) -> bytes:
    """A file as phones make it: 8 bits, 8,000 times a second."""
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + 8000 * seconds, b"WAVE", b"fmt ", 16, 7, 1, 8000, 8000, 1, 8)
    return head + struct.pack("<4sI", b"data", 8000 * seconds) + bytes(8000 * seconds)


def mp3(seconds: int) -> bytes:
    """A file of 64 kilobits a second."""
    return b"\xff\xfb\x50\x00" + bytes(8000 * seconds - 4)


@pytest.mark.parametrize(
    ("content", "content_type", "seconds"),
    [
        (tone(3), "audio/wav", 3),
        (tone(3), "audio/x-wav; charset=binary", 3),
        (mu_law(2), "audio/wav", 2),
        (mp3(4), "audio/mpeg", 4),
        (b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128) + mp3(4), "audio/mpeg", 4),
    ],
)
def test_how_long_a_file_plays(content: bytes, content_type: str, seconds: int) -> None:
    assert length_of(content, content_type) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("content", "content_type", "why"),
    [
        (tone(3), "text/html", "text/html is not played"),
        (tone(3), "", "no content type is not played"),
        (tone(3), "audio/mpeg", "it is not a file of audio/mpeg"),
        (mp3(3), "audio/wav", "it is not a file of audio/wav"),
        (b"", "audio/mpeg", "it is not a file of audio/mpeg"),
        (tone(3)[:30], "audio/wav", "it is not a file of audio/wav"),
    ],
)
def test_what_is_not_played(content: bytes, content_type: str, why: str) -> None:
    with pytest.raises(NotPlayed, match=why):
        length_of(content, content_type)
