"""What the tests of the worker share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.worker.senders import Senders
from tests.callbacks.worker.speech_model import FAKE


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of a speech model whose answer is set by `speech_model.answers`."""
    (tmp_path / "faster_whisper.py").write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def senders() -> Iterator[Senders]:
    senders = Senders(2)
    yield senders
    senders.close()
