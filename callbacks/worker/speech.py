"""Hears what is said in a recording, with a speech model on this machine: in a process of its own.

The model takes half a gigabyte and all that a processor has, and a crash of its library must not end a worker. No
message leaves this machine. Digits are often heard wrongly, so the words are a hint beside the player, never a number.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from callbacks.errors import DeskError

PATIENCE = 300.0  # seconds; a message of ten minutes takes about half of them
_ROOT = Path(__file__).parents[2]


class NotHeard(DeskError):
    """The words could not be had, and why."""


def words_in(audio: Path, model: Path, language: str, patience: float = PATIENCE) -> str:
    """The words of a WAV file in a language ("en", "fr"); nothing when nobody speaks. Raises NotHeard.

    `model` is a directory as faster-whisper reads it.
    """
    command = [sys.executable, "-m", "callbacks.worker.speech", str(audio.resolve()), str(model.resolve()), language]
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, cwd=_ROOT, check=True)  # noqa: S603 - our own command
        return str(json.loads(done.stdout)["words"])
    except subprocess.TimeoutExpired:
        raise NotHeard(f"The words were not heard within {patience:g} seconds.") from None
    except (subprocess.CalledProcessError, ValueError, KeyError, TypeError) as fault:
        last = getattr(fault, "stderr", b"").decode(errors="replace").strip().splitlines()[-1:]
        raise NotHeard(f"Hearing broke off. {' '.join(last)}".strip()) from None


def _hear(audio: str, model: str, language: str) -> str:
    from faster_whisper import WhisperModel  # installed only where messages are written down

    whisper = WhisperModel(model, device="cpu", compute_type="int8", local_files_only=True)
    # Silence and noise are left out beforehand: the model would invent words for them.
    segments, _ = whisper.transcribe(audio, language=language, vad_filter=True, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    os.nice(10)  # pages go first
    json.dump({"words": _hear(*sys.argv[1:4])}, sys.stdout)
