"""The part of `check` that looks at the object store: whether a file can be written there, read back and removed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from callbacks.media.configured import media_store
from callbacks.media.store import MediaStore
from callbacks.settings import Settings

CONTENT = b"Written by check, to be removed at once."


def media_faults(settings: Settings) -> Iterator[str]:
    """Yield why the object store cannot be used. A folder is looked at by the check of files."""
    if not settings.media_url:
        return
    try:
        _write_and_remove(media_store(settings))
    except OSError as fault:
        yield f"MEDIA_URL: {fault}"


def _write_and_remove(media: MediaStore) -> None:
    name = f"check-{secrets.token_hex(8)}"
    media.write(name, CONTENT)  # and reads it back
    media.remove(name)
    if media.size(name) is not None:
        raise OSError("An object is still there after it was deleted. Check what the key may do.")
    for _ in media.files():
        break
