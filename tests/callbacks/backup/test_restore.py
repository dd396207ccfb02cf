"""A desk restored from a backup: all of it or nothing, never over another one by accident, and marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from callbacks.backup import archive, dump
from callbacks.backup.restore import restore
from callbacks.backup.restored import restored_from
from callbacks.db.database import Database
from callbacks.db.migrations import check_schema, migrate
from callbacks.errors import BrokenBackup
from callbacks.media.folder import Folder
from callbacks.people.technicians import add_technician, everybody
from tests.callbacks.backup.conftest import NOW


@pytest.fixture
def media(tmp_path: Path) -> Folder:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "RE1.wav").write_bytes(b"a recording")
    return Folder(folder)


@pytest.fixture
def backup(filled: Database, database_url: str, media: Folder, tmp_path: Path) -> Path:
    archive.make(database_url, media, tmp_path / "night.backup", NOW)
    return tmp_path / "night.backup"


def names(database: Database) -> list[str]:
    return database.read(lambda session: [each.name for each in everybody(session)])


def test_a_database_with_content_is_replaced_only_when_that_is_meant(
    backup: Path, filled: Database, database_url: str, tmp_path: Path
) -> None:
    filled.write(lambda session: add_technician(session, "Ben Cole", "+15145550102", NOW, verified=True))
    new = Folder(tmp_path / "new")
    with pytest.raises(BrokenBackup, match=r"The database has content .* add --replace"):
        restore(filled, database_url, new, backup)
    assert names(filled) == ["Amy Roy", "Ben Cole"]
    assert list(new.files()) == []
    restore(filled, database_url, new, backup, replaces=True)
    assert names(filled) == ["Amy Roy"]
    assert [file.name for file in new.files()] == ["RE1.wav"]
    assert filled.read(restored_from) == NOW
    check_schema(filled)


def test_a_new_disk_gets_everything(sqlite_url: str, tmp_path: Path) -> None:
    old = Database(sqlite_url)
    old.write(lambda session: add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True))
    archive.make(sqlite_url, Folder(tmp_path / "none"), tmp_path / "night.backup", NOW)
    old.close()
    url = f"sqlite:///{tmp_path / 'new/desk.db'}"
    new = Database(url)
    restore(new, url, Folder(tmp_path / "new/media"), tmp_path / "night.backup")
    assert names(new) == ["Amy Roy"]
    assert [file.name for file in (tmp_path / "new").glob(".*")] == []
    new.close()


def test_an_older_schema_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    old = Database(url)
    migrate(old, "0010")
    old.close()
    archive.make(url, Folder(tmp_path / "none"), tmp_path / "night.backup", NOW)
    new_url = f"sqlite:///{tmp_path / 'new.db'}"
    new = Database(new_url)
    assert restore(new, new_url, Folder(tmp_path / "media"), tmp_path / "night.backup").schema == "0010"
    check_schema(new)
    new.close()


def test_a_newer_schema_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    newer = Database(sqlite_url)
    newer.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0099'")))
    newer.close()
    archive.make(sqlite_url, Folder(tmp_path / "none"), tmp_path / "night.backup", NOW)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    new = Database(url)
    with pytest.raises(BrokenBackup, match=r"schema 0099, of version .* does not know"):
        restore(new, url, Folder(tmp_path / "media"), tmp_path / "night.backup")
    new.close()


def test_a_backup_of_the_other_kind_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    archive.make(sqlite_url, Folder(tmp_path / "none"), tmp_path / "night.backup", NOW)
    database = Database(sqlite_url)
    with pytest.raises(BrokenBackup, match="The backup is of sqlite, and DATABASE_URL is postgresql"):
        restore(database, "postgresql://desk@db/night", Folder(tmp_path / "media"), tmp_path / "night.backup")
    database.close()


def test_what_ends_before_the_database_is_replaced_leaves_it_as_it_was(
    backup: Path, filled: Database, database_url: str, media: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.write(lambda session: add_technician(session, "Ben Cole", "+15145550102", NOW, verified=True))

    def load(*_: object) -> None:
        raise BrokenBackup("the power is cut")

    monkeypatch.setattr(dump, "load", load)
    with pytest.raises(BrokenBackup, match="the power is cut"):
        restore(filled, database_url, media, backup, replaces=True)
    assert names(filled) == ["Amy Roy", "Ben Cole"]
    assert filled.read(restored_from) is None
    assert dump.rows_in(filled) >= 2
