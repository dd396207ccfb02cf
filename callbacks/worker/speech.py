"""Transcribes a recording with a speech model on this machine, in a process of its own.

The model takes half a gigabyte and a whole processor, and a crash of its library must not end the worker. No recording
leaves this machine. Digits are often wrong, so a transcript is a hint beside the player, never a number to call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from callbacks.errors import DeskError

TIME_LIMIT = timedelta(minutes=5)  # a message of ten minutes takes about half of it
_ROOT = Path(__file__).parents[2]


class TranscriptionFailed(DeskError):
    """The recording could not be transcribed."""


def transcribe(audio: Path, model: Path, language: str, time_limit: timedelta = TIME_LIMIT) -> str:
    """Return the words of a WAV file in a language ("en", "fr"), "" if nobody speaks. Raise TranscriptionFailed.

    `model` is a directory in the format of faster-whisper.
    """
    seconds = time_limit.total_seconds()
    command = [sys.executable, "-m", "callbacks.worker.speech", str(audio.resolve()), str(model.resolve()), language]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, cwd=_ROOT, check=True)  # noqa: S603 - our own command
        return str(json.loads(done.stdout)["words"])
    except subprocess.TimeoutExpired:
        raise TranscriptionFailed(f"The transcription took longer than {seconds:g} seconds.") from None
    except (subprocess.CalledProcessError, ValueError, KeyError, TypeError) as fault:
        last = getattr(fault, "stderr", b"").decode(errors="replace").strip().splitlines()[-1:]
        raise TranscriptionFailed(f"The transcription failed. {' '.join(last)}".strip()) from None


def _transcribe(audio: str, model: str, language: str) -> str:
    from faster_whisper import WhisperModel  # installed only where transcription is set up

    whisper = WhisperModel(model, device="cpu", compute_type="int8", local_files_only=True)
    # Silence and noise are filtered out first: the model would invent words for them.
    segments, _ = whisper.transcribe(audio, language=language, vad_filter=True, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    os.nice(10)  # pages come first
    json.dump({"words": _transcribe(*sys.argv[1:4])}, sys.stdout)
