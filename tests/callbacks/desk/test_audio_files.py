"""The company's own recordings: what the carrier can play is taken, anything else is named with its remedy."""

from __future__ import annotations

import copy
import io
import wave
from pathlib import Path

import pytest

from callbacks.desk.audio_files import LARGEST, LONGEST_HOLD, read_audio_file, read_hold_audio, why_not_played
from callbacks.desk.desk_file import desk_from
from callbacks.errors import BrokenDesk
from tests.callbacks.desk.flows import CONTENT

MP3 = b"\xff\xfb\x90\x00" + bytes(400)
TAGGED = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)  # a tag of 128 bytes


def wav(seconds: float = 1, sound_format: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(16000 * seconds)))
    content = bytearray(out.getvalue())
    content[20] = sound_format
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "suffix", "fault"),
    [
        (wav(), ".wav", ""),
        (wav(sound_format=7), ".wav", ""),  # mu-law
        (wav(sound_format=3), ".wav", "its format is not known"),
        (wav()[:-10], ".wav", "it is not complete"),
        (wav(0), ".wav", "it has no sound"),
        (wav()[:30], ".wav", "it has no sound"),
        (MP3, ".wav", "it is not a WAV file"),
        (MP3, ".mp3", ""),
        (TAGGED + MP3, ".mp3", ""),
        (TAGGED, ".mp3", "it is not an MP3 file"),
        (wav(), ".mp3", "it is not an MP3 file"),
        (b"", ".mp3", "it is not an MP3 file"),
        (b"", ".wav", "it is not a WAV file"),
    ],
)
def test_what_the_carrier_plays(content: bytes, suffix: str, fault: str) -> None:
    why = why_not_played(content, suffix)
    assert why.startswith(fault)
    assert bool(why) is bool(fault)


def test_the_name_in_its_url_follows_its_content(tmp_path: Path) -> None:
    (tmp_path / "one.wav").write_bytes(wav())
    (tmp_path / "two.WAV").write_bytes(wav())
    (tmp_path / "three.mp3").write_bytes(MP3)
    one, two, three = (read_audio_file(tmp_path, name) for name in ("one.wav", "two.WAV", "three.mp3"))
    assert one == two
    assert (one.media_type, three.media_type) == ("audio/wav", "audio/mpeg")
    assert one.url_name != three.url_name


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("gone.wav", "'gone.wav' cannot be read: No such file or directory. Put the file beside the desk file."),
        ("text.ogg", "is not a WAV or MP3 file"),
        ("../one.wav", "is not beside the desk file"),
        ("/etc/one.wav", "is not beside the desk file"),
        ("large.mp3", "is larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, name: str, fault: str) -> None:
    (tmp_path / "large.mp3").write_bytes(MP3 + bytes(LARGEST))
    with pytest.raises(ValueError, match=fault):
        read_audio_file(tmp_path, name)


def test_the_desk_file_names_every_recording_that_is_missing_and_holds_the_others(tmp_path: Path) -> None:
    content = copy.deepcopy(CONTENT)
    content["lines"]["toll-free"] = {"number": "+18884847266", "menu": "main"}
    content["menus"] = {"main": {"play": {"en": "en.wav", "fr": "fr.wav"}, "keys": {"1": "support"}}}
    (tmp_path / "en.wav").write_bytes(wav())
    with pytest.raises(BrokenDesk) as broken:
        desk_from(content, tmp_path / "support.toml")
    assert len(broken.value.faults) == 1
    assert broken.value.faults[0].startswith("menus.main.play.fr: 'fr.wav' cannot be read")
    (tmp_path / "fr.wav").write_bytes(wav(2))
    assert set(desk_from(content, tmp_path / "support.toml").audio) == {"en.wav", "fr.wav"}


def test_audio_for_callers_on_hold_is_short(tmp_path: Path) -> None:
    (tmp_path / "hold.wav").write_bytes(wav(LONGEST_HOLD))
    assert read_hold_audio(tmp_path, "hold.wav").content == wav(LONGEST_HOLD)
    (tmp_path / "hold.wav").write_bytes(wav(LONGEST_HOLD + 1))
    with pytest.raises(ValueError, match=r"lasts 16 seconds\. Shorten it to 15"):
        read_hold_audio(tmp_path, "hold.wav")
    (tmp_path / "hold.mp3").write_bytes(MP3)
    with pytest.raises(ValueError, match="is not a WAV file"):
        read_hold_audio(tmp_path, "hold.mp3")


def test_a_desk_file_with_hold_audio(tmp_path: Path) -> None:
    content = copy.deepcopy(CONTENT)
    content["ringing"]["hold_audio"] = "hold.wav"
    with pytest.raises(BrokenDesk, match=r"ringing\.hold_audio: 'hold.wav' cannot be read"):
        desk_from(content, tmp_path / "support.toml")
    (tmp_path / "hold.wav").write_bytes(wav())
    assert desk_from(content, tmp_path / "support.toml").audio["hold.wav"].content == wav()
