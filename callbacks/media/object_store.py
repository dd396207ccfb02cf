"""A bucket of an object store that speaks S3: Amazon's, MinIO, Ceph, Cloudflare R2 and others.

Objects are named as files are in a folder, after the prefix. They are written and removed with plain PUT and DELETE
requests, because uploads in parts, additional checksums and bulk deletion are not understood by every store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from callbacks.media.store import StoredFile, StoreUnavailable, is_plain_name, known_name, plain_name
from callbacks.private_files import write_private_file

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config, S3Store

LONGEST_CAUSE = 300  # characters
REFUSED = re.compile(r"status code: 40[13]\b")  # of a list of objects, which has no error of its own for it


@dataclass(frozen=True)
class Patience:
    """How long the store may take. No attempt starts after `retries_for`, so a request ends within the sum."""

    connect: timedelta
    request: timedelta
    retries: int
    retries_for: timedelta


IN_THE_BACKGROUND = Patience(timedelta(seconds=3), timedelta(seconds=20), 2, timedelta(seconds=5))
# One retry, because the store may have closed a connection that was kept open.
IN_A_REQUEST = Patience(timedelta(seconds=2), timedelta(seconds=8), 1, timedelta(seconds=1))


@dataclass(frozen=True)
class Bucket:
    """A bucket, where it is, and the key to it. Without a key, the machine's role opens it."""

    name: str
    prefix: str = ""
    endpoint: str = ""  # Amazon's when empty
    region: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    authority: Path | None = None  # its certificates, beside those of the machine

    def options(self) -> S3Config:
        """Return what the library needs to know beside the environment."""
        found: S3Config = {"disable_bulk_delete": True}
        if self.endpoint:
            found["endpoint"] = self.endpoint
        if self.region:
            found["region"] = self.region
        if self.access_key:
            found["access_key_id"], found["secret_access_key"] = self.access_key, self.secret_key
        return found


class ObjectStore:
    """The store in a bucket. Nothing is requested, and the library is not loaded, before the first use."""

    def __init__(self, bucket: Bucket, patience: Patience = IN_THE_BACKGROUND) -> None:
        self._bucket, self._patience = bucket, patience

    @cached_property
    def _store(self) -> S3Store:
        from obstore.store import S3Store

        patience, trusted = self._patience, self._trusted()
        return S3Store(
            self._bucket.name,
            prefix=self._bucket.prefix or None,
            config=self._bucket.options(),
            client_options={
                "allow_http": self._bucket.endpoint.startswith("http://"),
                "connect_timeout": patience.connect,
                "timeout": patience.request,
                **trusted,
            },
            retry_config={"max_retries": patience.retries, "retry_timeout": patience.retries_for},
        )

    def _trusted(self) -> ClientConfig:
        if self._bucket.authority is None:
            return {}
        try:
            return {"root_certificate": self._bucket.authority.read_bytes()}
        except OSError as fault:
            raise StoreUnavailable(f"AWS_CA_BUNDLE cannot be read: {fault}.") from fault

    def write(self, name: str, content: bytes) -> None:
        """Store an object, all of it or nothing, and read it back: what is stored must be what was sent."""
        import obstore

        with self._errors(plain_name(name)):
            obstore.put(self._store, name, content, use_multipart=False)
            stored = obstore.get(self._store, name).bytes()
        if bytes(stored) != content:
            raise StoreUnavailable(f"The object store did not keep {name} as it was sent. It is sent again.")

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Return an object, or a part of it."""
        import obstore

        with self._errors(known_name(name)):
            if start == 0 and stop is None:
                return bytes(obstore.get(self._store, name).bytes())
            stop = obstore.head(self._store, name)["size"] if stop is None else stop
            return bytes(obstore.get_range(self._store, name, start=start, end=stop)) if start < stop else b""

    def size(self, name: str) -> int | None:
        """Return the number of bytes of an object, or None if it is not there."""
        import obstore

        if not is_plain_name(name):
            return None
        try:
            with self._errors(name):
                return obstore.head(self._store, name)["size"]
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Remove an object. A bucket with versions keeps the old one, until a rule of its own removes it."""
        import obstore

        if is_plain_name(name):
            with suppress(FileNotFoundError), self._errors(name):
                obstore.delete(self._store, name)

    def files(self) -> Iterator[StoredFile]:
        """Yield what is there."""
        import obstore

        with self._errors(""):
            for objects in obstore.list(self._store):
                for each in objects:
                    if is_plain_name(each["path"]):
                        yield StoredFile(each["path"], each["size"], each["last_modified"])

    def unfinished(self) -> Iterator[StoredFile]:
        """Yield nothing: a bucket shows no file before it is whole."""
        return iter(())

    def free_bytes(self) -> int | None:
        """Return None: a bucket is not full."""
        return None

    @contextmanager
    def as_file(self, name: str) -> Iterator[Path]:
        """Give a private copy, which is removed afterwards."""
        content = self.read(name)
        with TemporaryDirectory(prefix="nightdesk-") as folder:
            write_private_file(Path(folder), name, content)
            yield Path(folder) / name

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        """Turn what the library raises into FileNotFoundError or StoreUnavailable."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except (BaseError, FileNotFoundError) as fault:
            if isinstance(fault, PermissionDeniedError | UnauthenticatedError) or REFUSED.search(str(fault)):
                raise StoreUnavailable(
                    f"The object store refuses access to the bucket {self._bucket.name}. Check the key and what it may "
                    f"do: read, write, delete and list. {_cause(fault)}"
                ) from fault
            if "NoSuchBucket" in str(fault):
                raise StoreUnavailable(
                    f"The object store has no bucket {self._bucket.name}. Create it, or correct MEDIA_URL."
                ) from fault
            if isinstance(fault, FileNotFoundError):
                raise FileNotFoundError(f"{name} is not in the bucket {self._bucket.name}.") from fault
            raise StoreUnavailable(f"The object store cannot be used now. {_cause(fault)}") from fault


def _cause(fault: Exception) -> str:
    """Return the first line of an error of the library. What follows are its insides."""
    return str(fault).partition("\n")[0][:LONGEST_CAUSE]
