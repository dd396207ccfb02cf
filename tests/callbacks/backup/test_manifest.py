"""What a backup says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callbacks.backup.manifest import Manifest, Member, is_safe, read, written
from callbacks.errors import BrokenBackup

MANIFEST = Manifest(
    "0.1.0",
    "0011_mail",
    datetime(2026, 11, 28, 3, tzinfo=UTC),
    "sqlite",
    {"callbacks": 2},
    {"database": Member(3, "ab"), "media/a.wav": Member(4, "cd")},
)


def test_it_is_read_as_it_was_written() -> None:
    assert read(written(MANIFEST)) == MANIFEST
    assert MANIFEST.files == 1
    assert replace(MANIFEST, members={}).files == 0


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"format": 1}'])
def test_what_cannot_be_read_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(BrokenBackup, match=r"manifest\.json cannot be read"):
        read(content)


@pytest.mark.parametrize(
    ("part", "instead", "why"),
    [
        (b'"callbacks": 2', b'"callbacks": Infinity', "cannot be read"),
        (b'"callbacks": 2', b'"callbacks": ' + b"[" * 100_000, "cannot be read"),
        (b"+00:00", b"", "without its time zone"),
        (b'"database"', b'"another"', "names no database"),
    ],
)
def test_what_cannot_be_true_is_refused_in_a_sentence(part: bytes, instead: bytes, why: str) -> None:
    with pytest.raises(BrokenBackup, match=why):
        read(written(MANIFEST).replace(part, instead))


def test_another_format_is_refused() -> None:
    later = written(MANIFEST).replace(b'"format": 1', b'"format": 2')
    with pytest.raises(BrokenBackup, match=r"format 2; this release reads 1\."):
        read(later)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("database", True),
        ("media/a.wav", True),
        ("media/support-ab-1.attachment", True),
        ("media/", False),
        ("media/..", False),
        ("media/../a", False),
        ("media/a/b", False),
        ("media/a\\b", False),
        ("/etc/passwd", False),
        ("other", False),
    ],
)
def test_only_the_database_and_files_of_the_media_folder_belong_into_it(name: str, safe: bool) -> None:
    assert is_safe(name) is safe
