"""One file with everything: it is whole, or it is not there; what is damaged is found out."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from callbacks import VERSION
from callbacks.backup import archive
from callbacks.db.database import Database
from callbacks.errors import BrokenBackup
from callbacks.media.folder import Folder
from tests.callbacks.backup.conftest import NOW


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "RE1.wav").write_bytes(b"a recording")
    (folder / "support-ab.eml").write_bytes(b"a mail")
    return folder


@pytest.fixture
def backup(filled: Database, sqlite_url: str, media: Path, tmp_path: Path) -> Path:
    if filled.engine.dialect.name != "sqlite":
        pytest.skip("test_dump and test_restore are about PostgreSQL")
    file = tmp_path / "night.backup"
    archive.make(sqlite_url, Folder(media), file, NOW)
    return file


def altered(backup: Path, **members: bytes | None) -> Path:
    """Write the backup again, with other content for some members, or without them."""
    other = backup.with_name("altered.backup")
    with tarfile.open(backup) as source, tarfile.open(other, "w") as target:
        given = {name.replace("__", "/").replace("_dot_", "."): content for name, content in members.items()}
        for member in source.getmembers():
            opened = source.extractfile(member)
            assert opened is not None
            content = given.pop(member.name, opened.read())
            if content is not None:
                member.size = len(content)
                target.addfile(member, io.BytesIO(content))
        for name, added in given.items():
            about = tarfile.TarInfo(name)
            about.size = len(added or b"")
            target.addfile(about, io.BytesIO(added or b""))
    return other


def test_it_has_the_database_the_files_and_what_it_says_of_them(backup: Path, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    found = archive.check(backup, beside)
    assert (found.version, found.made_at, found.kind, found.files) == (VERSION, NOW, "sqlite", 2)
    assert found.counts["technicians"] == 1
    assert set(found.members) == {"database", "media/RE1.wav", "media/support-ab.eml"}
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in backup.parent.glob(".night*")] == []


def test_the_files_are_taken_out_as_they_were(backup: Path, tmp_path: Path) -> None:
    assert archive.take_out_files(backup, Folder(tmp_path / "other")) == 2
    assert (tmp_path / "other/RE1.wav").read_bytes() == b"a recording"


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"media__RE1_dot_wav": b"b recording"}, "media/RE1.wav is damaged: its checksum differs"),
        ({"media__RE1_dot_wav": b"short"}, "media/RE1.wav is damaged"),
        ({"media__RE1_dot_wav": None}, "media/RE1.wav is missing in the backup"),
        ({"media__RE2_dot_wav": b"another"}, "media/RE2.wav is in the backup, but not in its manifest.json"),
        ({"manifest_dot_json": None}, "has no manifest.json"),
        ({"_dot__dot___passwd": b"x"}, "does not belong into a backup"),
    ],
)
def test_what_is_not_as_it_says_is_found_out(
    backup: Path, tmp_path: Path, members: dict[str, bytes | None], fault: str
) -> None:
    with pytest.raises(BrokenBackup, match=fault):
        archive.check(altered(backup, **members), tmp_path)


def test_one_that_was_cut_short_is_found_out(backup: Path, tmp_path: Path) -> None:
    content = backup.read_bytes()
    for length in (0, 700, len(content) // 2, len(content) - 10240):
        backup.write_bytes(content[:length])
        with pytest.raises(BrokenBackup):
            archive.check(backup, tmp_path)


def test_rows_that_do_not_count_up_are_found_out(backup: Path, tmp_path: Path) -> None:
    with tarfile.open(backup) as tar:
        opened = tar.extractfile("manifest.json")
        assert opened is not None
        content = opened.read()
    wrong = content.replace(b'"technicians": 1', b'"technicians": 2')
    with pytest.raises(BrokenBackup, match="Table technicians has 1 rows in the backup, not 2"):
        archive.check(altered(backup, manifest_dot_json=wrong), tmp_path)


@pytest.mark.parametrize("link", ["nowhere", "manifest.json", "/etc/passwd"])
def test_a_manifest_that_is_a_link_is_refused(tmp_path: Path, link: str) -> None:
    file = tmp_path / "links.backup"
    with tarfile.open(file, "w") as tar:
        about = tarfile.TarInfo("manifest.json")
        about.type, about.linkname = tarfile.SYMTYPE, link
        tar.addfile(about)
    with pytest.raises(BrokenBackup, match="does not belong"):
        archive.check(file, tmp_path)


def test_a_folder_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BrokenBackup, match="could not be read"):
        archive.check(tmp_path, tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenBackup, match="There is no file"):
        archive.check(tmp_path / "none", tmp_path)


def test_a_backup_that_fails_its_check_leaves_nothing_and_the_old_one_stays(
    backup: Path, sqlite_url: str, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backup.read_bytes()

    def check(file: Path, beside: Path) -> None:
        raise BrokenBackup("damaged")

    monkeypatch.setattr(archive, "check", check)
    with pytest.raises(BrokenBackup, match="damaged"):
        archive.make(sqlite_url, Folder(media), backup, NOW)
    assert backup.read_bytes() == before
    assert [file.name for file in backup.parent.glob(".night*")] == []


def test_a_file_that_is_deleted_meanwhile_is_left_out(
    filled: Database, sqlite_url: str, media: Path, tmp_path: Path
) -> None:
    class Fading(Folder):
        def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
            (media / "RE1.wav").unlink(missing_ok=True)
            return super().read(name, start, stop)

    made = archive.make(sqlite_url, Fading(media), tmp_path / "night.backup", NOW)
    assert [name for name in made.members if name != "database"] == ["media/support-ab.eml"]


def test_a_folder_that_does_not_exist_is_named(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenBackup, match="There is no folder"):
        archive.make(sqlite_url, Folder(tmp_path), tmp_path / "none/night.backup", NOW)
