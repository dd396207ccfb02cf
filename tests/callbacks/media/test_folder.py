"""What is said of a folder only; the rest is in test_store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callbacks.media.folder import Folder


def test_its_files_are_for_this_user_only(tmp_path: Path) -> None:
    Folder(tmp_path / "media").write("RE1.wav", b"RIFF")
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "media", tmp_path / "media" / "RE1.wav")] == [0, 0]


def test_a_write_that_is_cut_off_leaves_the_file_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError("no space left")

    folder = Folder(tmp_path)
    folder.write("RE1.wav", b"before")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="no space"):
            folder.write("RE1.wav", b"after")
    assert folder.read("RE1.wav") == b"before"
    assert [each.name for each in folder.files()] == ["RE1.wav"]  # what is half written is not listed
    assert [each.name for each in folder.unfinished()] == ["RE1.wav"]
    folder.remove("RE1.wav")
    assert list(tmp_path.iterdir()) == []


def test_folders_in_it_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert (list(Folder(tmp_path).files()), Folder(tmp_path).size("other")) == ([], None)


def test_it_says_how_much_space_is_left(tmp_path: Path) -> None:
    free = Folder(tmp_path / "media").free_bytes()
    assert free is not None
    assert free > 0
