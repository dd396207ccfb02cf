"""The part of `check` that looks at file permissions: customers' messages and secrets that other users can read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.cli.file_check import file_warnings
from callbacks.settings import Settings
from tests.callbacks.cli.conftest import CommandLine

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a desk whose files are in var/ of the working directory, all of them private."""
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for folder in ("var", "var/media"):
        Path(folder).mkdir(mode=0o700)
    for file in ("var/nightdesk.db", "var/nightdesk.db-wal", "var/media/RE1.wav", "var/media/RE2.wav", ".env", "token"):
        Path(file).touch(mode=0o600)
    return Settings("https://desk.test", "AC1", "token", "+15145550000", "secret")


ENVIRON: Mapping[str, str] = {"TWILIO_AUTH_TOKEN_FILE": "token", "DESK_FILE_FILE": "nowhere"}


def test_private_files_are_not_warned_of(settings: Settings) -> None:
    assert list(file_warnings(settings, ENVIRON)) == []
    # Nothing is there yet, and nothing is a file: no fault of `check`.
    elsewhere = replace(settings, database_url="postgresql://db.test/desk", media_dir=Path("nowhere"))
    assert list(file_warnings(elsewhere, {})) == []
    assert list(file_warnings(replace(settings, database_url="sqlite://"), {})) == []
    Path("var/media").chmod(0o777)  # an old one, which is not used with an object store
    assert list(file_warnings(replace(settings, media_url="s3://desk"), ENVIRON)) == []


@pytest.mark.parametrize(
    ("path", "mode", "warning"),
    [
        ("var", 0o755, "var is accessible to other users of this machine (mode 755). Restrict it: chmod 700 var."),
        (
            "var/media",
            0o770,
            "var/media is accessible to other users of this machine (mode 770). Restrict it: chmod 700 var/media.",
        ),
        ("var/nightdesk.db", 0o644, "(mode 644). Restrict it: chmod 600 var/nightdesk.db."),
        ("var/nightdesk.db-wal", 0o604, "(mode 604). Restrict it: chmod 600 var/nightdesk.db-wal."),
        (".env", 0o664, ".env is accessible to other users of this machine (mode 664). Restrict it: chmod 600 .env."),
        (
            "token",
            0o444,
            "token is accessible to other users of this machine (mode 444). Restrict it: chmod 600 token.",
        ),
        (
            "var/media/RE2.wav",
            0o644,
            "1 recording is accessible to other users of this machine. Restrict access: chmod -R go= var/media.",
        ),
    ],
)
def test_each_file_that_others_can_read_is_named_with_its_remedy(
    settings: Settings, path: str, mode: int, warning: str
) -> None:
    for folder in Path(path).parents[:-1]:
        folder.chmod(0o755)  # otherwise nobody gets to the file
    Path(path).chmod(mode)
    *_, found = file_warnings(settings, ENVIRON)
    assert found.endswith(warning)


def test_a_database_beside_other_files_says_nothing_about_their_folder(settings: Settings) -> None:
    Path().absolute().chmod(0o755)
    assert list(file_warnings(replace(settings, database_url="sqlite:///nightdesk.db"), {})) == []


def test_check_prints_them(cli: CommandLine) -> None:
    media = cli.service.settings.media_dir
    media.parent.chmod(0o755)
    media.mkdir()
    media.chmod(0o755)
    assert f"Warning: {media} is accessible to other users of this machine (mode 755)" in cli.does("check")
