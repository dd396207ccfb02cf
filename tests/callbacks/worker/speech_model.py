"""A speech model whose answer a test sets."""

from __future__ import annotations

from pathlib import Path

# Takes the place of faster-whisper: the same interface, and a model whose answer a test writes into a file.
FAKE = """
import os, pathlib, types
class WhisperModel:
    def __init__(self, model, device, compute_type, local_files_only):
        assert (device, compute_type, local_files_only) == ("cpu", "int8", True)
        self.says = pathlib.Path(model, "says").read_text(encoding="utf-8")
    def transcribe(self, audio, language, vad_filter, condition_on_previous_text):
        assert pathlib.Path(audio).is_file() and vad_filter and not condition_on_previous_text
        if self.says == "crash":
            os.abort()
        if self.says == "trouble":
            raise RuntimeError("invalid data found")
        if self.says == "language":
            return [types.SimpleNamespace(text=language)], language
        if self.says == "hang":
            __import__("time").sleep(3600)
        return [types.SimpleNamespace(text=f" {words}") for words in self.says.split("|") if words], language
"""


def answers(model: Path, words: str) -> None:
    """Set what the model hears: segments with "|" between them, or "crash", "trouble" or "hang"."""
    (model / "says").write_text(words, encoding="utf-8")
