"""Sound as a phone line carries it: PCM that can be read from a WAV, cut, put end to end, and written."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


class NotSound(ValueError):
    """These bytes are no PCM WAV."""


@dataclass(frozen=True)
class Sound:
    """Some PCM."""

    frames: bytes
    rate: int = 8000
    channels: int = 1
    width: int = 2

    @property
    def lasts(self) -> timedelta:
        return timedelta(seconds=len(self.frames) / (self.rate * self._frame_size))

    @property
    def _frame_size(self) -> int:
        return self.channels * self.width

    def between(self, start: timedelta, end: timedelta) -> Sound:
        """Cut a piece out; what lies outside is not there."""
        first, last = (max(0, round(span.total_seconds() * self.rate)) * self._frame_size for span in (start, end))
        return replace(self, frames=self.frames[first:last])

    def silence(self, span: timedelta) -> Sound:
        """Nothing, in the same form. 8-bit WAV is unsigned: its silence is 128."""
        nothing = b"\x80" if self.width == 1 else b"\x00"
        return replace(self, frames=nothing * (round(span.total_seconds() * self.rate) * self._frame_size))

    def then(self, other: Sound) -> Sound:
        if (self.rate, self.channels, self.width) != (other.rate, other.channels, other.width):
            raise NotSound("Two WAVs of different forms were spoken into one recording. Speak both in the same form.")
        return replace(self, frames=self.frames + other.frames)

    def to_wav(self) -> bytes:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(self.channels)
            file.setsampwidth(self.width)
            file.setframerate(self.rate)
            file.writeframes(self.frames)
        return out.getvalue()

    @classmethod
    def from_wav(cls, wav: bytes) -> Sound:
        """Read a WAV. Raises NotSound."""
        try:
            with wave.open(io.BytesIO(wav)) as file:
                return cls(
                    file.readframes(file.getnframes()), file.getframerate(), file.getnchannels(), file.getsampwidth()
                )
        except (wave.Error, EOFError) as fault:
            raise NotSound(f"This is no PCM WAV ({fault}). Give one of 8 kHz, mono, 16 bit.") from fault


@dataclass(frozen=True)
class Speech:
    """Somebody speaking into a phone, from an instant on."""

    sound: Sound
    began_at: datetime

    @property
    def ends_at(self) -> datetime:
        return self.began_at + self.sound.lasts


def captured(speeches: Sequence[Speech], start: datetime, end: datetime, trim: bool) -> Sound | None:
    """Give what was said between two instants, pauses included; None when nothing was.

    Trimmed, the silence before the first word and after the last is gone (twilio.com/docs/voice/twiml/record#trim).
    """
    heard = [speech for speech in speeches if speech.began_at < end and speech.ends_at > start]
    if not heard:
        return None if trim else Sound(b"").silence(end - start)
    form = replace(heard[0].sound, frames=b"")
    caught, at = form, max(start, heard[0].began_at) if trim else start
    for speech in heard:
        begins, ends = max(start, speech.began_at), min(end, speech.ends_at)
        caught = caught.then(form.silence(begins - at))
        caught = caught.then(speech.sound.between(begins - speech.began_at, ends - speech.began_at))
        at = ends
    return caught if trim else caught.then(form.silence(end - at))
