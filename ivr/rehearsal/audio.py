"""Audio for people who speak on simulated phones."""

from __future__ import annotations

import io
import struct
import wave

RATE = 8000  # of a phone line


def tone(seconds: float) -> bytes:
    """Return a WAV of a tone: 8 kHz, mono, 16 bit."""
    cycle = struct.pack("<20h", *[6000] * 10, *[-6000] * 10)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(cycle * round(seconds * RATE / 20))
    return out.getvalue()


def seconds_of(audio: bytes) -> float:
    """Return how long a WAV lasts."""
    with wave.open(io.BytesIO(audio)) as file:
        return float(file.getnframes() / file.getframerate())
