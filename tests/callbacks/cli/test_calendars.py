"""`calendar`: addresses of feeds, and shifts imported from a file."""

from __future__ import annotations

from pathlib import Path

from tests.callbacks.cli.conftest import CommandLine

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
SUMMARY:On call: Amy Roy
DTSTART:20261124T230000Z
DTEND:20261125T130000Z
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20261101T000000Z
SUMMARY:On call: Zoe
DTSTART:20261125T230000Z
DTEND:20261126T130000Z
END:VEVENT
END:VCALENDAR
"""


def test_a_feed_has_an_address_until_it_is_revoked(cli: CommandLine) -> None:
    cli.has("Amy Roy")
    address = cli.does("calendar address", "Amy Roy").splitlines()[0]
    assert address.startswith("https://desk.test/calendar/")
    path = address.removeprefix("https://desk.test")
    assert cli.service.web.test_client().get(path).status_code == 200
    assert cli.does("calendar revoke", "Amy Roy") == "The address no longer works.\n"
    assert cli.service.web.test_client().get(path).status_code == 404
    assert cli.does("calendar revoke", "Amy Roy") == "There was no address to revoke.\n"


def test_shifts_are_imported_from_a_file_listed_and_dropped(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "rota.ics"
    file.write_text(CALENDAR.replace("\n", "\r\n"), encoding="utf-8")
    imported = cli.has("Amy Roy").does("calendar take --layer backup", str(file))
    assert "1 shifts on backup imported." in imported
    assert "Warning: 'On call: Zoe' names no technician" in imported
    assert "Tue 24 Nov 18:00 to Wed 25 Nov 08:00  Amy Roy" in cli.does("shift list")
    assert cli.does("calendar list") == "1\tbackup\trota.ics\tread Mon 23 Nov 10:00\n"
    cli.does("calendar drop 1")
    assert "24 Nov" not in cli.does("shift list")


def test_a_file_that_is_not_there_is_named(cli: CommandLine) -> None:
    assert "none.ics cannot be read: No such file" in cli.refuses("calendar take none.ics")
