"""The files of mails: whole or not at all, and for nobody else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from callbacks.inbound.mails.files import SPACE_FOR_CALLS, store_file
from callbacks.media.folder import Folder


def test_a_file_is_private_and_a_second_one_replaces_it(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    for content in (b"one", b"two"):
        assert store_file(Folder(folder), "support-1.eml", content) == "support-1.eml"
        assert (folder / "support-1.eml").read_bytes() == content
    assert [file.name for file in folder.iterdir()] == ["support-1.eml"]
    assert folder.stat().st_mode & 0o077 == (folder / "support-1.eml").stat().st_mode & 0o077 == 0


def test_what_is_cut_off_leaves_no_half_file_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        store_file(Folder(tmp_path), "support-1.eml", b"one")
    assert not (tmp_path / "support-1.eml").exists()


def test_a_file_that_would_take_the_space_for_calls_is_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SPACE_FOR_CALLS + 2  # bytes
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(OSError, match="too little space"):
        store_file(Folder(tmp_path), "support-1.eml", b"one")
    assert list(tmp_path.iterdir()) == []
    assert store_file(Folder(tmp_path), "support-1.eml", b"1.") == "support-1.eml"
