"""What keeps recordings and the files of mails. The names are the same in every kind of store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")


class StoreUnavailable(OSError):
    """The store cannot do now what it was asked for. The message says why, and what to check."""


@dataclass(frozen=True)
class StoredFile:
    """A file in the store."""

    name: str
    size: int  # bytes
    stored_at: datetime


class MediaStore(Protocol):
    """A flat store of files by name. Every method but `size` and `remove` raises FileNotFoundError for no such file,
    and each raises another OSError when the store cannot be used.
    """

    def write(self, name: str, content: bytes) -> None:
        """Store a file, all of it or nothing. One that is there is replaced. Raise ValueError for no plain name.

        When it returns, the file survives a power cut, and has been found whole.
        """

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Return a file, or its bytes from `start` up to but without `stop`."""

    def size(self, name: str) -> int | None:
        """Return the number of bytes of a file, or None if it is not there."""

    def remove(self, name: str) -> None:
        """Remove a file, and what a process that died while it wrote may have left. One that is not there is fine."""

    def files(self) -> Iterator[StoredFile]:
        """Yield what is there, in no order. Folders inside the store are left out."""

    def unfinished(self) -> Iterator[StoredFile]:
        """Yield what processes that died left half written, by the name that it was to have, for `remove`."""

    def free_bytes(self) -> int | None:
        """Return how much space is left, or None where that has no limit."""

    def as_file(self, name: str) -> AbstractContextManager[Path]:
        """Give a file of this machine with the content, to be read while the block runs."""


def is_plain_name(name: str) -> bool:
    """Return whether a name is that of a file right in the store, and is spelled alike in every kind of store."""
    return _NAME.fullmatch(name) is not None


def plain_name(name: str) -> str:
    """Return a name that something is stored under. Raise ValueError if it is not plain."""
    if not is_plain_name(name):
        raise ValueError(f"{name!r} is not a plain file name.")
    return name


def known_name(name: str) -> str:
    """Return a name that something is read by. Raise FileNotFoundError if nothing can be stored under it."""
    if not is_plain_name(name):
        raise FileNotFoundError(f"Nothing is stored as {name!r}.")
    return name
