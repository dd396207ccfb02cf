"""The store that the settings name."""

from __future__ import annotations

from urllib.parse import urlsplit

from callbacks.media.folder import Folder
from callbacks.media.object_store import IN_THE_BACKGROUND, Bucket, ObjectStore, Patience
from callbacks.media.store import MediaStore
from callbacks.settings import Settings


def media_store(settings: Settings, patience: Patience = IN_THE_BACKGROUND) -> MediaStore:
    """Return the object store of MEDIA_URL, or else the folder MEDIA_DIR. Nothing is requested yet."""
    if not settings.media_url:
        return Folder(settings.media_dir)
    parts = urlsplit(settings.media_url)
    bucket = Bucket(
        parts.netloc,
        parts.path.strip("/"),
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key,
        settings.s3_secret_key,
        settings.s3_authority,
    )
    return ObjectStore(bucket, patience)
