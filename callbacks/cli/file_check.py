"""The part of `check` that looks at file permissions: customers' messages and secrets that other users can read."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

from callbacks.private_files import is_open_to_others
from callbacks.settings import Settings, setting_names

JOURNALS = ("", "-wal", "-shm", "-journal")  # SQLite's files: the database and what belongs to it


def file_warnings(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the files and folders that other users of this machine can access, with the command that prevents it."""
    folders = () if settings.media_url else (settings.media_dir,)
    for path in dict.fromkeys((*_database_files(settings), *folders, *_secret_files(environ))):
        if is_open_to_others(path):
            yield (
                f"{path} is accessible to other users of this machine (mode {path.stat().st_mode & 0o777:o}). "
                f"Restrict it: chmod {'700' if path.is_dir() else '600'} {shlex.quote(str(path))}."
            )
    for folder in folders:
        yield from _recording_warnings(folder)


def _database_files(settings: Settings) -> Iterator[Path]:
    address = make_url(settings.database_url)
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        return
    file = Path(address.database)
    if file.parent.resolve() != Path.cwd():  # the working directory also has other files
        yield file.parent
    yield from (file.with_name(file.name + ending) for ending in JOURNALS)


def _secret_files(environ: Mapping[str, str]) -> Iterator[Path]:
    yield Path(".env")
    files = (environ.get(f"{name}_FILE", "") for name in setting_names(environ) if name != "DESK_FILE")
    yield from map(Path, filter(None, files))


def _recording_warnings(media_dir: Path) -> Iterator[str]:
    found = sum(is_open_to_others(file) for file in media_dir.glob("*.wav"))
    if found:
        yield (
            f"{found} {'recording is' if found == 1 else 'recordings are'} accessible to other users of this machine. "
            f"Restrict access: chmod -R go= {shlex.quote(str(media_dir))}."
        )
