"""A backup: one tar file with the database, the recordings and mails, and a manifest. Made, checked and taken apart.

It is written under another name, read back and checked before it gets its own, so what has the name is whole.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from callbacks import VERSION
from callbacks.backup import dump, manifest
from callbacks.backup.manifest import DATABASE, MEDIA, Manifest, Member
from callbacks.errors import BrokenBackup
from callbacks.media.store import MediaStore
from callbacks.private_files import keep_names, open_private


class _Hashing(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content


def make(url: str, media: MediaStore, file: Path, now: datetime, environ: dump.Environ = dump.NO_ENVIRON) -> Manifest:
    """Write a backup of the database and its files, and check it. Raise BrokenBackup, and leave nothing behind.

    The database is copied first: then every file that it names and that still exists is in the backup.
    """
    folder = file.resolve().parent
    if not folder.is_dir():
        raise BrokenBackup(f"There is no folder {folder}. Make it first.")
    unfinished = folder / f".{file.name}.{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=folder) as beside:
            made = _write(url, media, unfinished, Path(beside), now, environ)
            check(unfinished, Path(beside))
        unfinished.replace(folder / file.name)
        keep_names(folder)
    except OSError as fault:
        raise BrokenBackup(f"The backup could not be written: {fault}.") from fault
    finally:
        unfinished.unlink(missing_ok=True)
    return made


def _write(
    url: str, media: MediaStore, unfinished: Path, beside: Path, now: datetime, environ: dump.Environ
) -> Manifest:
    copy = beside / "copy"
    copied = dump.dump(url, copy, environ)
    members: dict[str, Member] = {}
    with open_private(unfinished) as target:
        with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
            with copy.open("rb") as content:
                members[DATABASE] = _add(tar, DATABASE, content, now)
            copy.unlink()
            for name in sorted(file.name for file in media.files()):
                try:
                    stored = io.BytesIO(media.read(name))
                except FileNotFoundError:  # deleted meanwhile, because its time was over
                    continue
                members[MEDIA + name] = _add(tar, MEDIA + name, stored, now)
            made = Manifest(VERSION, copied.schema, now, dump.kind_of(url), copied.counts, members)
            _add(tar, manifest.NAME, io.BytesIO(manifest.written(made)), now)
        target.flush()
        os.fsync(target.fileno())
    return made


def _add(tar: tarfile.TarFile, name: str, content: BinaryIO, now: datetime) -> Member:
    about = tarfile.TarInfo(name)
    about.size, about.mode, about.mtime = content.seek(0, io.SEEK_END), 0o600, int(now.timestamp())
    content.seek(0)
    hashing = _Hashing(content)
    tar.addfile(about, hashing)
    return Member(about.size, hashing.digest.hexdigest())


def check(file: Path, beside: Path) -> Manifest:
    """Return the manifest of a backup that is whole. Raise BrokenBackup for the first thing that is not as it says.

    `beside` is a folder with space for the database.
    """
    with _opened(file) as tar:
        found = _manifest(tar)
        seen: set[str] = set()
        for member in _members(tar):
            said = found.members.get(member.name)
            if said is None:
                raise BrokenBackup(f"{member.name} is in the backup, but not in its {manifest.NAME}.")
            content = _Hashing(_content(tar, member))
            with open_private(beside / DATABASE) if member.name == DATABASE else Path(os.devnull).open("wb") as target:
                shutil.copyfileobj(content, target)
            if Member(member.size, content.digest.hexdigest()) != said:
                raise BrokenBackup(f"{member.name} is damaged: its checksum differs.")
            seen.add(member.name)
        if missing := sorted(set(found.members) - seen):
            raise BrokenBackup(f"{missing[0]} is missing in the backup.")
    _check_database(found, beside / DATABASE)
    return found


def _check_database(found: Manifest, copy: Path) -> None:
    content = dump.look_into(found.kind, copy)
    if content is None:
        return
    if content.schema != found.schema:
        raise BrokenBackup(f"The database in the backup has schema {content.schema}, not {found.schema}.")
    for name, count in found.counts.items():
        if content.counts.get(name) != count:
            raise BrokenBackup(f"Table {name} has {content.counts.get(name, 0)} rows in the backup, not {count}.")


def take_out_files(file: Path, media: MediaStore) -> int:
    """Store every recording and mail of a backup that was checked, and return how many there are."""
    count = 0
    with _opened(file) as tar:
        for member in _members(tar):
            if member.name.startswith(MEDIA):
                media.write(member.name.removeprefix(MEDIA), _content(tar, member).read())
                count += 1
    return count


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except FileNotFoundError:
        raise BrokenBackup(f"There is no file {file}.") from None
    except tarfile.TarError as fault:
        raise BrokenBackup(f"{file} is not a whole backup: {fault}.") from None
    except OSError as fault:  # it may be a folder, and a disk may be full
        raise BrokenBackup(f"{file} could not be read or unpacked: {fault}.") from fault


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        about = tar.getmember(manifest.NAME)
    except KeyError:
        raise BrokenBackup(f"The backup has no {manifest.NAME}: it is no backup, or was cut short.") from None
    if not about.isreg():
        raise BrokenBackup(f"{manifest.NAME!r} does not belong into a backup like this: it is no file.")
    return manifest.read(_content(tar, about).read())


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in tar.getmembers():
        if member.name == manifest.NAME:
            continue
        if not member.isreg() or not manifest.is_safe(member.name):
            raise BrokenBackup(f"{member.name!r} does not belong into a backup.")
        yield member


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    opened = tar.extractfile(member)
    if opened is None:
        raise BrokenBackup(f"{member.name!r} does not belong into a backup.")
    return opened  # type: ignore[return-value]  # a BufferedReader
