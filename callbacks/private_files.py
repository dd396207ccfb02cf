"""Files that only the service's own user can read: customers' messages, the database, secrets."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o077  # as a umask
# Any access for other users, and write access for the group. The group may read, because that is how a secret or a
# folder is shared on purpose.
TOO_OPEN = 0o027
MAY_ENTER = 0o011


def keep_files_private() -> None:
    """Give this process and its children a umask that keeps new files private. Call it first."""
    os.umask(OWNER_ONLY)


def make_private_folder(folder: Path) -> None:
    """Make a folder and its missing parents, for this user only. One that exists is left as it is."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def open_private(file: Path) -> BinaryIO:
    """Open a new file for writing, for this user only."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb")


def write_private_file(folder: Path, name: str, content: bytes) -> None:
    """Write a file for this user only, all of it or nothing. One that is there is replaced. Raise OSError."""
    make_private_folder(folder)
    unfinished = folder / f".{name}.{os.getpid()}"
    with open_private(unfinished) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / name)
    keep_names(folder)


def unfinished_name(file: str) -> str | None:
    """Return the name that a half-written file was to have, or None if it is not one."""
    found = re.fullmatch(r"\.(.+)\.[0-9]+", file)
    return found[1] if found is not None else None


def remove_private_file(folder: Path, name: str) -> None:
    """Remove a file, and what a process that died while it wrote may have left of it. Raise OSError."""
    for file in (folder / name, *folder.glob(f".{glob.escape(name)}.*")):
        file.unlink(missing_ok=True)


def keep_names(folder: Path) -> None:
    """Have the names of new files survive a power cut. Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_open_to_others(path: Path) -> bool:
    """Return whether other users of this machine have access to a file or folder, or its group may change it.

    Nothing is accessible in a folder that nobody else may enter. Windows has no such modes.
    """
    try:
        own, folder = path.stat().st_mode, path.resolve().parent.stat().st_mode
    except OSError:  # it is not there, or not even we may look
        return False
    return os.name != "nt" and bool(own & TOO_OPEN) and bool(folder & MAY_ENTER)
