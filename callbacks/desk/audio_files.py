"""The company's own recordings, which callers hear in place of a voice. They lie beside the desk file.

They are read once, at start, and kept in memory: a file that somebody moves later must not end calls.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 5 * 1024 * 1024  # bytes, for each file; a minute of telephone sound takes one
MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg"}
LONGEST_HOLD = 15  # seconds
PCM, A_LAW, MU_LAW = 1, 6, 7  # the sound formats of a WAV file that the carrier plays


@dataclass(frozen=True)
class AudioFile:
    """A recording, with the name in its URL: that of its content, so that a copy in a cache is never out of date."""

    url_name: str
    media_type: str
    content: bytes = field(repr=False)


def read_audio_file(folder: Path, name: str) -> AudioFile:
    """Return a recording beside the desk file. Raise ValueError, with the remedy."""
    file, suffix = folder / name, Path(name).suffix.lower()
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"{name!r} is not beside the desk file. Copy it there, or into a folder there.")
    if suffix not in MEDIA_TYPES:
        raise ValueError(f"{name!r} is not a WAV or MP3 file. Convert it to one.")
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"{name!r} is larger than {LARGEST // 1024 // 1024} MB. Convert it to 8 kHz mono.")
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{name!r} cannot be read: {error.strerror}. Put the file beside the desk file.") from None
    why = why_not_played(content, suffix)
    if why:
        raise ValueError(f"{name!r} cannot be played: {why}")
    digest = hashlib.sha256(content).hexdigest()[:32]
    return AudioFile(f"{digest}{suffix}", MEDIA_TYPES[suffix], content)


def read_hold_audio(folder: Path, name: str) -> AudioFile:
    """Return the recording for callers on hold. Raise ValueError, with the remedy.

    Between two plays the desk looks who is being rung, so it must be short.
    """
    found = read_audio_file(folder, name)
    if found.media_type != MEDIA_TYPES[".wav"]:
        raise ValueError(f"{name!r} is not a WAV file, whose length is known. Convert it to one.")
    seconds = _seconds_of_wav(found.content)
    if seconds > LONGEST_HOLD:
        raise ValueError(
            f"{name!r} lasts {seconds:.0f} seconds. Shorten it to {LONGEST_HOLD}: "
            "between two plays the desk looks which technician to ring."
        )
    return found


def why_not_played(content: bytes, suffix: str) -> str:
    """Return why the carrier cannot play this, with the remedy, or "" when it can."""
    return _why_not_wav(content) if suffix == ".wav" else _why_not_mp3(content)


def _why_not_wav(content: bytes) -> str:
    if len(content) < 12 or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return "it is not a WAV file. Save it as one."
    position, sound_format = 12, 0
    while position + 8 <= len(content):
        kind, size = content[position : position + 4], struct.unpack_from("<I", content, position + 4)[0]
        if kind == b"fmt " and position + 10 <= len(content):
            sound_format = struct.unpack_from("<H", content, position + 8)[0]
        if kind == b"data":
            if position + 8 + size > len(content):
                return "it is not complete. Save it again."
            if size == 0:
                return "it has no sound. Record it again."
            return "" if sound_format in (PCM, A_LAW, MU_LAW) else "its format is not known. Save it as 16-bit PCM."
        position += 8 + size + size % 2
    return "it has no sound. Record it again."


def _seconds_of_wav(content: bytes) -> float:
    """Return the length of a WAV file that can be played."""
    position, bytes_a_second = 12, 0
    while position + 8 <= len(content):
        kind, size = content[position : position + 4], struct.unpack_from("<I", content, position + 4)[0]
        if kind == b"fmt " and position + 20 <= len(content):
            bytes_a_second = struct.unpack_from("<I", content, position + 16)[0]
        if kind == b"data":
            return size / bytes_a_second if bytes_a_second else 0
        position += 8 + size + size % 2
    return 0


def _why_not_mp3(content: bytes) -> str:
    start = 0
    if content[:3] == b"ID3" and len(content) > 10:  # its length is in four bytes of seven bits
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
    frame = content[start : start + 4]
    is_frame = len(frame) == 4 and frame[0] == 0xFF and frame[1] & 0xE0 == 0xE0
    return "" if is_frame else "it is not an MP3 file. Save it as one."
