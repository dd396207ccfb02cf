"""The files of a mail in the media store: the mail as it came, and its attachments."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from callbacks.private_files import make_private_folder, write_private_file

SPACE_FOR_CALLS = 200 * 1024 * 1024  # bytes that mails leave free: anybody can send them, and many


def store_file(media_dir: Path, name: str, content: bytes) -> str:
    """Write a file for this user only, all of it or nothing, and return its name. One that is there is replaced.

    Raise OSError if it cannot be written, or if too little space would be left on the disk.
    """
    make_private_folder(media_dir)
    if shutil.disk_usage(media_dir).free - len(content) < SPACE_FOR_CALLS:
        raise OSError(errno.ENOSPC, "too little space would be left on the disk")
    write_private_file(media_dir, name, content)
    return name
