"""`audit`: every command that changes something is in the log, without secrets; an edited log is found."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from tests.callbacks.cli.conftest import CommandLine

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n"


def test_a_command_that_changes_something_is_logged_and_one_that_reads_is_not(cli: CommandLine) -> None:
    cli.has("Amy").does("technician list")
    (entry, verdict) = cli.does("audit").splitlines()
    assert entry.startswith("2026-11-23 10:00:00  command line  technician add  ")
    assert "name: Amy" in entry
    assert verdict == "No entry has been edited."


def test_the_address_of_a_calendar_and_a_code_are_not_logged(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "secret.ics"
    file.write_text(CALENDAR, encoding="utf-8")
    cli.has("Amy").does("calendar take", str(file))
    cli.does("technician number Amy +15145550111 --second")
    cli.refuses("technician verify Amy --second --code 123456")
    log = cli.does("audit")
    assert "calendar take  layer: primary" in log
    assert "secret.ics" not in log
    assert "123456" not in log


def test_an_edited_log_is_an_error(cli: CommandLine) -> None:
    cli.has("Amy")

    with cli.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_update"))
        connection.execute(text("UPDATE audit SET detail = 'nothing'"))
    assert "The log was edited: entry 1" in cli.refuses("audit")
