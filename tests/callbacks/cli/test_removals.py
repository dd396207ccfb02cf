"""Whatever a command removes, the audit log says what it was and whose."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from callbacks.records import audit_log
from tests.callbacks.cli.conftest import CommandLine

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n"


@dataclass(frozen=True)
class Removal:
    """A command that removes something, the commands that made it, and what the audit log says of it."""

    command: str
    expected: list[str]
    before: list[str] = field(default_factory=list)


ADD_USERS = [
    f"user add {name}@example.com --role supervisor --password-file FOLDER/password" for name in ("sue", "ben")
]
REMOVALS = {
    "a user": Removal("user remove sue@example.com", ["user sue@example.com (supervisor)"], ADD_USERS),
    "a password": Removal(
        "user password sue@example.com --password-file FOLDER/password",
        ["every session of sue@example.com (supervisor)"],
        ADD_USERS,
    ),
    "a technician": Removal("technician remove amy", ["technician Amy, number ending in 0101"]),
    "a number": Removal("technician number Amy +15145550144", ["first number ending in 0101 of Amy"]),
    "an address": Removal(
        "technician mail Amy", ["email address amy@example.com of Amy"], ["technician mail Amy amy@example.com"]
    ),
    "quiet hours": Removal(
        "technician quiet Amy", ["quiet hours of Amy, 22:00-07:00"], ["technician quiet Amy 22:00-07:00"]
    ),
    "contact rules": Removal(
        "technician rules Amy --clear",
        ["contact rule of Amy: call to the first number after 2 min",
         "contact rule of Amy: text to the first number after 5 min"],
        ["technician rule Amy call --after 2m", "technician rule Amy text --after 5m"],
    ),
    "a rotation": Removal(
        "shift end-rotation 1 --at 2026-12-09T18:00",
        ["rotation 1 on primary since 2026-12-01, until 2026-12-09 23:00 UTC: Amy, Ben"],
        ["shift rotate Amy Ben --first-day 2026-12-01"],
    ),
    "the address of a feed": Removal(
        "calendar revoke", ["address of the calendar feed of the whole rota, made on 2026-11-23 15:00 UTC"],
        ["calendar address"],
    ),
    "a calendar": Removal(
        "calendar drop 1", ["calendar 1 on backup from file.ics, with 0 shifts"],
        ["calendar take FOLDER/file.ics --layer backup"],
    ),
    "a holiday": Removal(
        "holidays 2026 --strike 2026-12-22", ["2026-12-22 as a holiday, Party"],
        ["holidays 2026 --add 2026-12-22 --name Party Fête"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS.keys())
def test_the_entry_says_what_was_removed_and_whose(
    cli: CommandLine, removal: Removal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    (folder / "file.ics").write_text(CALENDAR, encoding="utf-8")
    (folder / "password").write_text("correct horse battery", encoding="utf-8")
    cli.has("Amy", "Ben")
    for command in (*removal.before, removal.command):
        cli.does(command.replace("FOLDER", str(folder)))
    (entry, *_) = cli.database.read(audit_log.latest)
    assert removal.command.startswith(entry.what)
    details = audit_log.details_of(entry)
    assert [value for name, value in details.items() if name.startswith("removed")] == removal.expected
