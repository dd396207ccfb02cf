"""The files of a mail in the media store: the mail as it came, and its attachments."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from callbacks.private_files import make_private_folder, open_private

SPACE_FOR_CALLS = 200 * 1024 * 1024  # bytes that mails leave free: anybody can send them, and many


def store_file(media_dir: Path, name: str, content: bytes) -> str:
    """Write a file for this user only, all of it or nothing, and return its name. One that is there is replaced.

    Raise OSError if it cannot be written, or if too little space would be left on the disk.
    """
    make_private_folder(media_dir)
    if shutil.disk_usage(media_dir).free - len(content) < SPACE_FOR_CALLS:
        raise OSError(errno.ENOSPC, "too little space would be left on the disk")
    unfinished = media_dir / f".{name}.{os.getpid()}"
    with open_private(unfinished) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(media_dir / name)
    _keep_names(media_dir)
    return name


def _keep_names(folder: Path) -> None:
    """Have the names of new files survive a power cut. Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
