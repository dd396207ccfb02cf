"""WAV audio: what a caller says, and what a recording keeps of it."""

from __future__ import annotations

import io
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


def sound_in(wav: bytes) -> Sound:
    """Return the sound in a PCM WAV file. Raise wave.Error or EOFError if it is not one."""
    with wave.open(io.BytesIO(wav)) as file:
        frames = file.readframes(file.getnframes())
        return Sound(frames, file.getframerate(), file.getsampwidth(), file.getnchannels())
