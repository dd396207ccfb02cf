"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

from callbacks.backup.restored import restored_from
from callbacks.db.database import Database
from callbacks.people.technicians import everybody
from callbacks.worker.jobs.heartbeat import Heartbeat
from tests.callbacks.cli.conftest import CommandLine


def names(database: Database) -> list[str]:
    return database.read(lambda session: [each.name for each in everybody(session)])


def test_a_desk_is_backed_up_and_restored(cli: CommandLine, tmp_path: Path) -> None:
    cli.has("Amy Roy")
    file = tmp_path / "night.backup"
    printed = cli.does("backup", str(file))
    assert printed.startswith(f"Wrote and checked {file}: ")
    assert printed.endswith(" tables, 0 recordings and mail files.\n")
    cli.does("technician add", "Ben Cole", "--phone", "+15145550102", "--verified")
    assert "The database has content" in cli.refuses("restore", str(file))
    printed = cli.does("restore --replace", str(file))
    assert "Restored the desk as it was on Mon 23 Nov 10:00: " in printed
    assert "It asks the carrier for what happened since then before it pages anybody." in printed
    assert names(cli.database) == ["Amy Roy"]
    assert cli.database.read(restored_from) == cli.clock.now()
    assert "no fault" in (audit := cli.does("audit").casefold()) or "restore" in audit


def test_a_file_is_not_overwritten_by_accident(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "night.backup"
    cli.does("backup", str(file))
    assert f"{file} exists. Choose another name, or add --overwrite." in cli.refuses("backup", str(file))
    cli.does("backup --overwrite", str(file))


def test_nothing_is_restored_under_a_running_worker(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "night.backup"
    cli.does("backup", str(file))
    Heartbeat(cli.database, cli.clock).beat()
    assert "A worker is running. Stop the service" in cli.refuses("restore --replace", str(file))
