"""Stored files as responses: whole, in parts, missing, or not to be had now."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from callbacks.console.stored_files import stored_audio
from callbacks.media.folder import Folder
from callbacks.media.store import StoreUnavailable

CONTENT = bytes(range(100))


class Shelf(Folder):
    """A folder that notes what is read, and may be away."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.is_away, self.parts = False, list[tuple[int, int | None]]()

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        if self.is_away:
            raise StoreUnavailable("The object store cannot be used now.")
        self.parts.append((start, stop))
        return super().read(name, start, stop)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.write("RE1.wav", CONTENT)
    shelf.write("empty.wav", b"")
    return shelf


def answer(shelf: Shelf, name: str = "RE1.wav", **headers: str) -> tuple[int, bytes, str | None]:
    app = Flask("player")
    with app.test_request_context(headers={name.replace("_", "-"): value for name, value in headers.items()}):
        try:
            response = stored_audio(shelf, name)
        except HTTPException as error:
            return error.code or 0, b"", dict(error.get_headers()).get("Content-Range")
        assert (response.mimetype, response.headers["Accept-Ranges"]) == ("audio/wav", "bytes")
        assert response.headers["Cache-Control"] == "no-store"
        return response.status_code, response.data, response.headers.get("Content-Range")


@pytest.mark.parametrize(
    ("asked", "status", "content", "says"),
    [
        ("bytes=0-", 206, CONTENT, "bytes 0-99/100"),
        ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/100"),
        ("bytes=90-500", 206, CONTENT[90:], "bytes 90-99/100"),
        ("bytes=-5", 206, CONTENT[-5:], "bytes 95-99/100"),
        ("bytes=100-", 416, b"", "bytes */100"),
        ("bytes=0-1,5-6", 416, b"", "bytes */100"),
        ("bytes=nonsense", 200, CONTENT, None),
        ("", 200, CONTENT, None),
    ],
)
def test_a_part_is_given_as_it_was_asked_for(
    shelf: Shelf, asked: str, status: int, content: bytes, says: str | None
) -> None:
    assert answer(shelf, Range=asked) == (status, content, says)


def test_only_the_part_is_read(shelf: Shelf) -> None:
    answer(shelf, Range="bytes=10-19")
    assert shelf.parts == [(10, 20)]


def test_a_part_of_a_version_that_we_cannot_name_is_the_whole(shelf: Shelf) -> None:
    assert answer(shelf, Range="bytes=0-9", If_Range='"1"') == (200, CONTENT, None)


def test_what_is_not_there_is_not_found_and_an_empty_file_is(shelf: Shelf) -> None:
    assert answer(shelf, "RE2.wav")[0] == answer(shelf, "../RE1.wav")[0] == 404
    assert answer(shelf, "empty.wav") == (200, b"", None)
    assert answer(shelf, "empty.wav", Range="bytes=0-")[0] == 416


def test_a_store_that_is_away_is_said_to_be_so(shelf: Shelf) -> None:
    shelf.is_away = True
    assert answer(shelf)[0] == 503
