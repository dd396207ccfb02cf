"""The recordings and mails that belong to a desk, as a backup reads and writes them: a list of names, and each file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from callbacks.private_files import make_private_folder, open_private


class MediaFiles(Protocol):
    """Where recordings and mails are kept."""

    def names(self) -> Iterator[str]:
        """Return the name of every finished file, in order."""

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raise FileNotFoundError if it was deleted meanwhile."""

    def write(self, name: str, content: BinaryIO) -> None:
        """Store a file, all of it or nothing. One of that name is replaced."""


class MediaFolder:
    """The files of the folder MEDIA_DIR."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> Iterator[str]:
        """Return the name of every finished file, in order. One that is being written begins with a dot."""
        if not self._folder.is_dir():
            return
        for file in sorted(self._folder.iterdir()):
            if file.is_file() and not file.name.startswith("."):
                yield file.name

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raise FileNotFoundError if it was deleted meanwhile."""
        return (self._folder / name).open("rb")

    def write(self, name: str, content: BinaryIO) -> None:
        """Store a file, all of it or nothing. One of that name is replaced."""
        make_private_folder(self._folder)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        with open_private(unfinished) as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)
