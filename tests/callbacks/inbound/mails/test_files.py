"""The files of mails: whole or not at all, and for nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callbacks.inbound.mails.files import store_file


def test_a_file_is_private_and_a_second_one_replaces_it(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    for content in (b"one", b"two"):
        assert store_file(folder, "support-1.eml", content) == "support-1.eml"
        assert (folder / "support-1.eml").read_bytes() == content
    assert [file.name for file in folder.iterdir()] == ["support-1.eml"]
    assert folder.stat().st_mode & 0o077 == (folder / "support-1.eml").stat().st_mode & 0o077 == 0


def test_what_is_cut_off_leaves_no_half_file_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        store_file(tmp_path, "support-1.eml", b"one")
    assert not (tmp_path / "support-1.eml").exists()
