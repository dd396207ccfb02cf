"""A copy of the database in one file, on SQLite and PostgreSQL, and the database made from it."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from callbacks.backup import dump
from callbacks.db.database import Database
from callbacks.db.migrations import check_schema
from callbacks.db.sqlite import JOURNAL, sqlite
from callbacks.errors import BrokenBackup
from callbacks.people.technicians import add_technician, everybody
from tests.callbacks.backup.conftest import NOW


def names(database: Database) -> list[str]:
    return database.read(lambda session: [each.name for each in everybody(session)])


def test_a_dump_holds_one_instant_and_replaces_what_is_there(
    filled: Database, database_url: str, tmp_path: Path
) -> None:
    made = dump.dump(database_url, tmp_path / "copy")
    assert made.counts["technicians"] == 1
    assert made.schema
    assert dump.rows_in(filled) >= 1
    kind = dump.kind_of(database_url)
    assert dump.look_into(kind, tmp_path / "copy") == (made if kind == dump.SQLITE else None)
    filled.write(lambda session: add_technician(session, "Ben Cole", "+15145550102", NOW, verified=True))
    filled.close()
    dump.load(database_url, tmp_path / "copy")
    assert names(filled) == ["Amy Roy"]
    check_schema(filled)


def test_sqlite_is_copied_while_somebody_writes(
    filled: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if filled.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL copies itself")
    filled.close()
    with closing(sqlite.connect(database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # where no safe write-ahead log is to be had
    monkeypatch.setattr("callbacks.db.sqlite.JOURNAL", "TRUNCATE")
    monkeypatch.setattr(dump, "PAGES_AT_ONCE", 1)
    steps = dump._Steps.note
    wrote: list[str] = []

    def writes(self: Any, status: int, left: int, all_: int) -> None:
        if len(wrote) < 50:
            wrote.append(f"+1514555{len(wrote):04}")
            filled.write(lambda session: add_technician(session, wrote[-1], wrote[-1], NOW, verified=True))
        steps(self, status, left, all_)

    monkeypatch.setattr(dump._Steps, "note", writes)
    made = dump.dump(database_url, tmp_path / "copy")
    assert len(wrote) == dump.MOST_STARTS + 2  # then it was copied in one step
    assert made.counts["technicians"] == 1 + len(wrote)
    assert dump.look_into(dump.SQLITE, tmp_path / "copy") == made


def test_sqlite_with_a_write_ahead_log_is_copied_beside_a_writer(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)

    def while_it_writes(session: Session) -> None:
        add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True)
        session.flush()
        assert dump.dump(sqlite_url, tmp_path / "copy").counts["technicians"] == 0

    if JOURNAL == "WAL":
        database.write(while_it_writes)
    database.close()


def test_a_copy_with_a_damaged_page_is_found_out(filled: Database, database_url: str, tmp_path: Path) -> None:
    if dump.kind_of(database_url) != dump.SQLITE:
        pytest.skip("PostgreSQL's dump has no pages")
    file = tmp_path / "copy"
    dump.dump(database_url, file)
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xff" * 4096 * 6
    file.write_bytes(content)
    with pytest.raises(BrokenBackup, match="copy of the database"):
        dump.look_into(dump.SQLITE, file)


def test_a_file_that_is_no_dump_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none").write_bytes(b"no dump" * 100)
    for kind in (dump.SQLITE, dump.POSTGRES):
        with pytest.raises(BrokenBackup):
            dump.look_into(kind, tmp_path / "none")


def test_an_empty_database_has_no_rows(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert dump.rows_in(database) == 0
    database.close()


def test_the_password_is_in_the_environment_and_not_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        ran.append((command, env))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    dump.load("postgresql://desk:s%40cret@db.example:5433/night?sslmode=verify-full", Path("copy"))
    ((command, environment),) = ran
    assert "--username=desk" in command
    assert "--dbname=night" in command
    assert not any("cret" in each for each in command)
    wanted = {"PGHOST": "db.example", "PGPORT": "5433", "PGPASSWORD": "s@cret", "PGSSLMODE": "verify-full"}
    assert wanted.items() <= environment.items()


def test_a_program_that_is_missing_or_fails_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(BrokenBackup, match="pg_restore failed: "):
        dump.load(f"postgresql://desk@/none?host={tmp_path}", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokenBackup, match=r"pg_restore is not on the PATH\. Install PostgreSQL's client programs"):
        dump.load("postgresql://desk@db.example/night", tmp_path / "none")


def test_a_database_in_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenBackup, match="in memory"):
        dump.dump("sqlite://", tmp_path / "copy")


def test_the_copy_is_one_file(filled: Database, database_url: str, tmp_path: Path) -> None:
    dump.dump(database_url, tmp_path / "copy")
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy"]
    if dump.kind_of(database_url) == dump.SQLITE:
        with closing(sqlite.connect(tmp_path / "copy")) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
