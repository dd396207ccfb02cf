"""Every file of somebody else is listed with its version, source and licence, and is the file that was published."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

FILES = tomllib.loads(Path("tests/vendored.toml").read_text(encoding="utf-8"))["file"]
SCRIPTS = {".js", ".mjs", ".css", ".woff2", ".wasm"}
ROOTS = ("callbacks", "ivr", "sla", "tests")


def vendored_files() -> set[str]:
    """Return the scripts, styles and fonts that are not ours: minified, or with the licence that minifiers keep."""
    found = (file for root in ROOTS for file in Path(root).rglob("*") if file.suffix in SCRIPTS)
    return {file.as_posix() for file in found if ".min." in file.name or b"/*!" in file.read_bytes()[:200]}


def test_every_vendored_file_is_listed() -> None:
    assert vendored_files() == {each["path"] for each in FILES}


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: str(entry["name"]))
def test_a_vendored_file_is_the_one_that_was_published(entry: dict[str, str]) -> None:
    assert hashlib.sha256(Path(entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"]
    assert entry["source"].startswith("https://")
    assert Path(entry["licence"].partition(", ")[2]).is_file()
