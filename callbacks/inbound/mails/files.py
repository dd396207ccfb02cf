"""The files of a mail in the media store: the mail as it came, and its attachments."""

from __future__ import annotations

import errno

from callbacks.media.store import MediaStore

SPACE_FOR_CALLS = 200 * 1024 * 1024  # bytes that mails leave free: anybody can send them, and many


def store_file(media: MediaStore, name: str, content: bytes) -> str:
    """Store a file, all of it or nothing, and return its name. One that is there is replaced.

    Raise OSError if it cannot be stored, or if too little space would be left on the disk.
    """
    free = media.free_bytes()
    if free is not None and free - len(content) < SPACE_FOR_CALLS:
        raise OSError(errno.ENOSPC, "too little space would be left on the disk")
    media.write(name, content)
    return name
