"""A folder of this machine, readable for the service's own user only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from callbacks.media.store import StoredFile, is_plain_name, known_name, plain_name
from callbacks.private_files import make_private_folder, remove_private_file, unfinished_name, write_private_file


class Folder:
    """The store in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: bytes) -> None:
        """Store a file, all of it or nothing."""
        write_private_file(self._folder, plain_name(name), content)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Return a file, or a part of it."""
        with (self._folder / known_name(name)).open("rb") as file:
            file.seek(start)
            return file.read() if stop is None else file.read(max(stop - start, 0))

    def size(self, name: str) -> int | None:
        """Return the number of bytes of a file, or None if it is not there."""
        file = self._folder / name
        return file.stat().st_size if is_plain_name(name) and file.is_file() else None

    def remove(self, name: str) -> None:
        """Remove a file, and what a process that died while it wrote may have left."""
        if is_plain_name(name):
            remove_private_file(self._folder, name)

    def files(self) -> Iterator[StoredFile]:
        """Yield what is there."""
        if not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            if is_plain_name(file.name) and file.is_file():
                yield _stored(file, file.name)

    def unfinished(self) -> Iterator[StoredFile]:
        """Yield what is half written, also by a process that still lives."""
        if not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            name = unfinished_name(file.name)
            if name is not None and is_plain_name(name):
                yield _stored(file, name)

    def free_bytes(self) -> int | None:
        """Return how much space is left on the disk."""
        make_private_folder(self._folder)
        return shutil.disk_usage(self._folder).free

    @contextmanager
    def as_file(self, name: str) -> Iterator[Path]:
        """Give the file itself."""
        if self.size(name) is None:
            raise FileNotFoundError(f"{name} is not in {self._folder}.")
        yield self._folder / name


def _stored(file: Path, name: str) -> StoredFile:
    facts = file.stat()
    return StoredFile(name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))
