"""Restores a backup: checks it, stores its files, then replaces the database, and marks the desk as restored."""

from __future__ import annotations

import tempfile
from pathlib import Path

from callbacks.backup import archive, dump
from callbacks.backup.manifest import DATABASE, Manifest
from callbacks.backup.restored import mark_restored
from callbacks.db.database import Database
from callbacks.db.migrations import is_known, migrate
from callbacks.errors import BrokenBackup
from callbacks.media.store import MediaStore
from callbacks.private_files import make_private_folder


def restore(
    database: Database,
    url: str,
    media: MediaStore,
    file: Path,
    *,
    replaces: bool = False,
    environ: dump.Environ = dump.NO_ENVIRON,
) -> Manifest:
    """Restore a backup, and return its manifest. Raise BrokenBackup, mostly before anything has changed.

    The files come first: a database never names one that is not there yet. An older schema is upgraded. A database
    with content is refused unless `replaces`.
    """
    folder = _folder_with_space(url, file)
    with tempfile.TemporaryDirectory(prefix=".restore.", dir=folder) as beside:
        found = archive.check(file, Path(beside))
        _must_fit(found, url)
        if not replaces and (rows := dump.rows_in(database)):
            raise BrokenBackup(f"The database has content ({rows} rows). To replace it, add --replace.")
        archive.take_out_files(file, media)
        copy = Path(beside) / DATABASE
        if found.kind == dump.SQLITE:  # complete before it takes the place of the other
            prepared = database.beside(f"sqlite:///{copy}")
            _prepare(prepared, found)
            prepared.close()
            database.close()
            dump.load(url, copy)
        else:
            dump.load(url, copy, environ)
            _prepare(database, found)
    return found


def _must_fit(found: Manifest, url: str) -> None:
    kind = dump.kind_of(url)
    if found.kind != kind:
        raise BrokenBackup(f"The backup is of {found.kind}, and DATABASE_URL is {kind}. Set another DATABASE_URL.")
    if not is_known(found.schema):
        raise BrokenBackup(
            f"The backup has schema {found.schema}, of version {found.version}, which this release does not know. "
            "Install that release or a newer one."
        )


def _prepare(database: Database, found: Manifest) -> None:
    """Upgrade the schema, and mark the desk as restored, before any worker can see it."""
    migrate(database)
    database.write(lambda session: mark_restored(session, found.made_at))


def _folder_with_space(url: str, file: Path) -> Path:
    """Return where the database is unpacked: beside the one that it replaces, or beside the backup."""
    if dump.kind_of(url) != dump.SQLITE:
        return file.resolve().parent
    folder = Path(dump.file_of(url)).resolve().parent
    make_private_folder(folder)
    return folder
