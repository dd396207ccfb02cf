"""Files that only the service's own user can read: customers' messages, the database, secrets."""

from __future__ import annotations

import os
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


def is_open_to_others(path: Path) -> bool:
    """Return whether other users of this machine have access to a file or folder, or its group may change it.

    Nothing is accessible in a folder that nobody else may enter. Windows has no such modes.
    """
    try:
        own, folder = path.stat().st_mode, path.resolve().parent.stat().st_mode
    except OSError:  # it is not there, or not even we may look
        return False
    return os.name != "nt" and bool(own & TOO_OPEN) and bool(folder & MAY_ENTER)
