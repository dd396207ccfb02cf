"""Recordings and mails as a backup reads and writes them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from callbacks.backup.files import MediaFolder


def test_finished_files_are_listed_and_read(tmp_path: Path) -> None:
    for name in ("b.wav", "a.eml", ".c.wav.123"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "folder").mkdir()
    files = MediaFolder(tmp_path)
    assert list(files.names()) == ["a.eml", "b.wav"]
    with files.open("a.eml") as opened:
        assert opened.read() == b"a.eml"


def test_a_folder_that_does_not_exist_has_no_files(tmp_path: Path) -> None:
    assert list(MediaFolder(tmp_path / "none").names()) == []


def test_a_deleted_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        MediaFolder(tmp_path).open("gone.wav")


def test_a_file_is_written_for_its_owner_only_and_replaced(tmp_path: Path) -> None:
    files = MediaFolder(tmp_path / "media")
    for content in (b"first", b"second"):
        files.write("a.wav", io.BytesIO(content))
    assert (tmp_path / "media/a.wav").read_bytes() == b"second"
    assert (tmp_path / "media/a.wav").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "media").iterdir()] == ["a.wav"]
