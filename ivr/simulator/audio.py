"""WAV audio: what a caller says, and what a recording keeps of it."""

from __future__ import annotations

import io
import struct
import wave
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Sound:
    """PCM frames with their format."""

    frames: bytes = b""
    rate: int = 8000
    width: int = 2
    channels: int = 1

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=len(self.frames) / (self.rate * self.width * self.channels))

    def first(self, length: timedelta) -> Sound:
        """Return the beginning of the sound, of this length at most."""
        frame = self.width * self.channels
        return Sound(
            self.frames[: int(length.total_seconds() * self.rate) * frame], self.rate, self.width, self.channels
        )

    def then(self, other: Sound) -> Sound:
        """Return this sound followed by another one."""
        if not self.frames:
            return other
        return Sound(self.frames + other.frames, self.rate, self.width, self.channels)

    def wav(self) -> bytes:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(self.channels)
            file.setsampwidth(self.width)
            file.setframerate(self.rate)
            file.writeframes(self.frames)
        return out.getvalue()


def voice_of(length: timedelta) -> Sound:
    """Return the sound of a voice that speaks for a while."""
    return Sound(struct.pack("<2h", 8000, -8000) * int(length.total_seconds() * Sound().rate / 2))


def sound_in(wav: bytes) -> Sound:
    """Return the sound in a PCM WAV file. Raise wave.Error or EOFError if it is not one."""
    with wave.open(io.BytesIO(wav)) as file:
        frames = file.readframes(file.getnframes())
        return Sound(frames, file.getframerate(), file.getsampwidth(), file.getnchannels())


# The kilobits a second of an MP3 file's first frame (MPEG-1 and MPEG-2, layer III).
MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
PLAYED_AS = {"audio/wav", "audio/wave", "audio/x-wav", "audio/mpeg"}  # twilio.com/docs/voice/twiml/play


class NotPlayed(Exception):
    """A file is not one that can be played."""


def length_of(content: bytes, content_type: str) -> timedelta:
    """Return how long a file plays that was served with a content type. Raise NotPlayed."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in PLAYED_AS:
        raise NotPlayed(f"{kind or 'no content type'} is not played")
    bytes_a_second, sound = _mp3(content) if kind == "audio/mpeg" else _wav(content)
    if not bytes_a_second or not sound:
        raise NotPlayed(f"it is not a file of {kind}")
    return timedelta(seconds=sound / bytes_a_second)


def _wav(content: bytes) -> tuple[int, int]:
    """Return the bytes a second, and how many bytes of sound there are, also of the companded formats of phones."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return 0, 0
    position, bytes_a_second = 12, 0
    while position + 8 <= len(content):
        kind, size = content[position : position + 4], struct.unpack_from("<I", content, position + 4)[0]
        if kind == b"fmt " and position + 20 <= len(content):
            bytes_a_second = struct.unpack_from("<I", content, position + 16)[0]
        if kind == b"data":
            return bytes_a_second, min(size, len(content) - position - 8)
        position += 8 + size + size % 2
    return 0, 0


def _mp3(content: bytes) -> tuple[int, int]:
    start = 0
    if content[:3] == b"ID3" and len(content) > 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
    frame = content[start : start + 4]
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return 0, 0
    kilobits = (MPEG_1 if frame[1] & 0x08 else MPEG_2)[frame[2] >> 4]
    return kilobits * 125, len(content) - start
