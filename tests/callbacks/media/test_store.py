"""What every kind of media store promises: the same tests of a folder and of a bucket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.media.folder import Folder
from callbacks.media.store import MediaStore, is_plain_name
from tests.object_store import ObjectStoreServer, store_in

CONTENT = bytes(range(256)) * 40
STRANGE = ("", ".", "..", "../support.toml", "a/b.wav", ".hidden", "a b.wav", "é.wav", "a\x00.wav", "a" * 256)


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        return Folder(tmp_path / "media")
    server: ObjectStoreServer = request.getfixturevalue("object_store")
    return store_in(server.new_bucket())


def names(media: MediaStore) -> list[str]:
    return sorted(each.name for each in media.files())


def test_what_is_written_is_read_whole_and_in_parts(media: MediaStore) -> None:
    media.write("RE1.wav", CONTENT)
    assert media.read("RE1.wav") == CONTENT
    assert media.size("RE1.wav") == len(CONTENT)
    assert media.read("RE1.wav", 10, 14) == CONTENT[10:14]
    assert media.read("RE1.wav", 10) == CONTENT[10:]
    assert media.read("RE1.wav", 0, 1) == CONTENT[:1]
    assert media.read("RE1.wav", len(CONTENT) - 3, len(CONTENT)) == CONTENT[-3:]
    assert media.read("RE1.wav", 5, 5) == media.read("RE1.wav", 0, 0) == b""


def test_a_second_file_of_a_name_replaces_the_first(media: MediaStore) -> None:
    for content in (CONTENT, b"two", b""):
        media.write("support-1.eml", content)
        assert (media.read("support-1.eml"), media.size("support-1.eml")) == (content, len(content))
    assert names(media) == ["support-1.eml"]


def test_what_was_removed_is_gone_and_removing_it_again_is_fine(media: MediaStore) -> None:
    media.write("a.wav", b"1")
    media.write("b.wav", b"2")
    for _ in range(2):
        media.remove("a.wav")
        assert media.size("a.wav") is None
        assert names(media) == ["b.wav"]


def test_what_is_not_there_is_said_to_be_missing(media: MediaStore) -> None:
    assert list(media.files()) == []
    for name in ("nothing.wav", *STRANGE):
        assert media.size(name) is None
        media.remove(name)
        with pytest.raises(FileNotFoundError):
            media.read(name)
        with pytest.raises(FileNotFoundError), media.as_file(name):
            pass


def test_nothing_is_written_under_a_name_that_is_not_plain(media: MediaStore, tmp_path: Path) -> None:
    for name in STRANGE:
        with pytest.raises(ValueError, match="plain file name"):
            media.write(name, b"1")
    assert list(media.files()) == []
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_each_file_is_listed_with_its_size_and_when_it_was_stored(media: MediaStore) -> None:
    for number in range(60):  # more than one answer of the store has
        media.write(f"RE{number:02}.wav", b"x" * number)
    found = {each.name: each for each in media.files()}
    assert {name: each.size for name, each in found.items()} == {f"RE{n:02}.wav": n for n in range(60)}
    written_at = [each.stored_at for each in found.values()]
    assert max(written_at) - min(written_at) < timedelta(hours=1)
    assert datetime(2020, 1, 1, tzinfo=UTC) < min(written_at)


def test_another_program_gets_a_file_to_read(media: MediaStore) -> None:
    media.write("RE1.wav", CONTENT)
    with media.as_file("RE1.wav") as file:
        assert file.read_bytes() == CONTENT
        assert file.stat().st_mode & 0o077 == 0
    assert media.read("RE1.wav") == CONTENT


@pytest.mark.parametrize("name", ["RE1.wav", "support-desk-0a.eml", "x-1.attachment", "_a", "0"])
def test_names_of_ours_are_plain(name: str) -> None:
    assert is_plain_name(name)
