"""Files are only for the service's own user, whatever umask it was started with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.private_files import (
    is_open_to_others,
    keep_files_private,
    make_private_folder,
    open_private,
    remove_private_file,
    write_private_file,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


def test_a_new_folder_and_those_above_it_are_for_this_user_only(tmp_path: Path) -> None:
    there = tmp_path / "there already"
    there.mkdir()
    make_private_folder(there / "var" / "media")
    make_private_folder(there / "var" / "media")
    assert [mode(each) for each in (there, there / "var", there / "var" / "media")] == ["755", "700", "700"]


def test_a_new_file_is_for_this_user_only(tmp_path: Path) -> None:
    with open_private(tmp_path / "message.wav") as file:
        file.write(b"RIFF")
    assert (mode(tmp_path / "message.wav"), (tmp_path / "message.wav").read_bytes()) == ("600", b"RIFF")


def test_a_file_is_written_whole_and_one_that_is_there_is_replaced(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        write_private_file(tmp_path / "media", "message.wav", content)
        assert (tmp_path / "media" / "message.wav").read_bytes() == content
    assert mode(tmp_path / "media" / "message.wav") == "600"
    assert [file.name for file in (tmp_path / "media").iterdir()] == ["message.wav"]


def test_a_file_is_removed_with_what_was_left_half_written_of_it(tmp_path: Path) -> None:
    for name in ("a[b].eml", ".a[b].eml.4711", ".ab.eml.4711", "other.eml"):
        (tmp_path / name).touch()
    for _ in range(2):
        remove_private_file(tmp_path, "a[b].eml")
        assert {file.name for file in tmp_path.iterdir()} == {".ab.eml.4711", "other.eml"}


def test_whatever_else_is_written_is_for_this_user_only(tmp_path: Path) -> None:
    keep_files_private()
    (tmp_path / "desk.db").touch()
    (tmp_path / "var").mkdir()
    assert (mode(tmp_path / "desk.db"), mode(tmp_path / "var")) == ("600", "700")


@pytest.mark.parametrize(
    ("bits", "is_open"),
    [(0o600, False), (0o700, False), (0o640, False), (0o750, False), (0o644, True), (0o701, True), (0o660, True)],
)
def test_a_group_may_read_and_others_nothing(tmp_path: Path, bits: int, is_open: bool) -> None:
    tmp_path.chmod(0o755)
    file = tmp_path / "secret"
    file.touch()
    file.chmod(bits)
    assert is_open_to_others(file) is is_open
    assert not is_open_to_others(tmp_path / "nothing")


def test_in_a_folder_that_nobody_else_may_enter_nothing_is_open(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    (folder / "desk.db").touch()
    assert not is_open_to_others(folder / "desk.db")
    folder.chmod(0o711)
    assert is_open_to_others(folder / "desk.db")
