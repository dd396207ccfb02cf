"""The files of a mail in the media store: the mail as it came, and its attachments."""

from __future__ import annotations

import os
from pathlib import Path

from callbacks.private_files import make_private_folder, open_private


def store_file(media_dir: Path, name: str, content: bytes) -> str:
    """Write a file for this user only, all of it or nothing, and return its name. One that is there is replaced."""
    make_private_folder(media_dir)
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
