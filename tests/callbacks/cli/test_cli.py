"""The commands that edit the desk, as an operator types them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from callbacks.cli.command import Group
from callbacks.cli.shifts import oncall_command, shift_commands
from callbacks.cli.technicians import technician_commands
from callbacks.db.database import UNHURRIED, Database
from callbacks.db.tables import Page
from callbacks.desk.desk_file import read_desk
from sla.clock import MovingClock

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, ten in the morning


@dataclass
class Desk:
    """A desk at a command line."""

    database: Database

    def __post_init__(self) -> None:
        self.clock = MovingClock(NOW)
        self.house = SimpleNamespace(
            database=self.database,
            desk=read_desk(Path("support.toml")),
            clock=self.clock,
            settings=SimpleNamespace(smtp_url="", public_url="https://desk.test"),
        )
        self.cli = Group("desk")
        for command in (technician_commands(self.open), shift_commands(self.open), oncall_command(self.open)):
            self.cli.add_command(command)

    def open(self) -> SimpleNamespace:
        return self.house

    def does(self, line: str, *more: str) -> str:
        result = CliRunner().invoke(self.cli, [*line.split(), *more], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def refuses(self, line: str, *more: str) -> str:
        result = CliRunner().invoke(self.cli, [*line.split(), *more], catch_exceptions=False)
        assert result.exit_code != 0
        assert "Traceback" not in result.output
        return result.output

    def has(self, *names: str) -> Desk:
        for number, name in enumerate(names):
            self.does("technician add", name, "--phone", f"+1514555010{number + 1}", "--verified")
        return self


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    database = Database(sqlite_url, UNHURRIED)
    yield Desk(database)
    database.close()


def test_without_verified_a_code_goes_out_and_verifies(desk: Desk) -> None:
    assert "nobody is paged on it before" in desk.does("technician add Amy --phone 5145550101")
    assert "NOT verified" in desk.does("technician list")
    words = desk.database.read(lambda session: session.scalars(select(Page.words)).one())
    found = re.search(r"\d{6}", words)
    assert found is not None
    assert "not the code" in desk.refuses("technician verify Amy --code 000000")
    assert "is verified" in desk.does(f"technician verify Amy --code {found[0]}")
    assert "NOT verified" not in desk.does("technician list")


def test_wishes_and_numbers(desk: Desk) -> None:
    desk.has("Amy")
    desk.does("technician number Amy +15145550111 --second")
    desk.does("technician quiet Amy 22:00-07:00")
    desk.does("technician rule Amy call --after 3m --second")
    listed = desk.does("technician list")
    assert "second +15145550111" in listed
    assert "quiet 22:00-07:00" in listed
    assert "call to the second number after 3 min" in desk.does("technician rules Amy")
    assert "Nothing beside" in desk.does("technician rules Amy --clear")
    assert "set SMTP_URL" in desk.refuses("technician rule Amy mail")
    assert "is not a duration" in desk.refuses("technician rule Amy call --after soon")
    assert "There is no technician 'Bob'. Known: Amy." in desk.refuses("technician quiet Bob")
    desk.does("technician remove Amy")
    assert "nobody yet" in desk.refuses("technician quiet Amy")
    desk.does("technician add Zoe --phone +15145550101 --verified")  # the number is free again
    desk.does("technician add Amy --phone +15145550109 --verified")  # and Amy comes back
    assert "quiet" not in desk.does("technician list")


def test_a_rotation_a_cover_a_swap_and_time_off_are_what_oncall_says(desk: Desk) -> None:
    desk.has("Amy", "Ben", "Cleo")
    desk.does("shift rotate Amy Ben --first-day 2026-11-20 --hand-off 18:00 --every 7d")
    assert on_primary(desk, "2026-11-23T10:00") == "Amy"
    assert on_primary(desk, "2026-11-27T18:00") == "Ben"
    desk.does("shift cover Cleo --for Amy --from 2026-11-24T18:00 --until 2026-11-25T08:00")
    assert on_primary(desk, "2026-11-25T02:00") == "Cleo"
    desk.does(
        "shift swap Amy Ben --first-from 2026-11-26T00:00 --first-until 2026-11-27T00:00"
        " --second-from 2026-11-28T00:00 --second-until 2026-11-29T00:00"
    )
    assert on_primary(desk, "2026-11-26T12:00") == "Ben"
    assert on_primary(desk, "2026-11-28T12:00") == "Amy"
    gap = desk.does("shift off Ben --from 2026-11-30T00:00 --until 2026-12-01T00:00")
    assert "Warning: nobody who can be reached is on primary from Mon 30 Nov 00:00 to Tue 01 Dec 00:00" in gap
    assert "Mon 30 Nov 00:00" in desk.does("shift gaps")
    listed = desk.does("shift list --days 10")
    assert "Tue 24 Nov 18:00 to Wed 25 Nov 08:00  Cleo" in listed
    assert "rotation 1: primary, Amy, Ben, every 168 h from 2026-11-20 18:00" in listed
    desk.does("shift end-rotation 1 --at 2026-12-05T18:00")
    assert "Sat 05 Dec 18:00" in desk.does("shift gaps")


def on_primary(desk: Desk, at: str) -> str:
    found = re.search(r"primary\s+(.*)", desk.does(f"oncall --at {at}"))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("shift add Amy --layer boss", "There is no layer 'boss'"),
        ("shift add Amy --from 2026-11-27T18:00 --until 2026-11-27T08:00", "ends before it begins"),
        ("shift add Amy --from yesterday", "is no time"),
        ("shift rotate Amy --first-day 2026-11-20 --every 30m", "whole hours"),
        ("shift rotate Amy --first-day 2026-11-20 --hand-off 8", "is not a time of day"),
        ("shift cover Amy --for Amy --from 2026-11-27T18:00 --until 2026-11-28T08:00", "cannot cover for Amy"),
        ("shift off Amy --from 2026-11-27T18:00 --until 2026-11-27T18:00", "ends before it begins"),
        ("shift end-rotation 7", "There is no rotation 7"),
        ("technician add Amy --phone +15145550109", "There is a technician Amy already"),
        ("technician add Eve --phone +15145550101", "is Amy's number already"),
    ],
)
def test_mistakes_are_told_in_a_sentence(desk: Desk, line: str, fault: str) -> None:
    assert fault in desk.has("Amy").refuses(line)


def test_covers_that_overlap_and_covers_of_nobody_are_warned_of(desk: Desk) -> None:
    desk.has("Amy", "Ben", "Cleo").does("shift add Amy")
    night = "--from 2026-11-24T18:00 --until 2026-11-25T08:00"
    assert "Warning" not in desk.does(f"shift cover Ben --for Amy {night}")
    assert "the cover made last holds" in desk.does(f"shift cover Cleo --for Amy {night}")
    assert on_primary(desk, "2026-11-25T02:00") == "Cleo"
    assert "nothing to cover" not in desk.does(f"shift cover Ben --for Cleo {night}")
    assert "there is nothing to cover" in desk.refuses(f"shift cover Ben --for Cleo --layer backup {night}")
    desk.does("technician add Dan --phone +15145550104")
    assert "Dan cannot be paged, so cannot cover" in desk.refuses(f"shift cover Dan --for Ben {night}")
    assert "would be over already" in desk.refuses("shift off Ben --from 2020-11-24T18:00 --until 2020-11-25T08:00")
    desk.does(f"shift off Ben {night}")
    assert "is off then already" in desk.refuses(f"shift off Ben {night}")
    assert "Ben is off during a part of that time" in desk.does(f"shift cover Ben --for Amy {night}")


def test_a_test_page_that_reaches_nobody_is_refused(desk: Desk) -> None:
    desk.does("technician add Amy --phone +15145550101")
    assert "no number is verified" in desk.refuses("technician test Amy")


def test_every_command_explains_itself(desk: Desk) -> None:
    for name, group in desk.cli.commands.items():
        commands = group.commands if isinstance(group, click.Group) else {name: group}
        assert all(command.help for command in commands.values())
