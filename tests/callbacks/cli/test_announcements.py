"""`announce`: the two texts alone start an announcement; `list`, `change` and `end` do the rest."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from callbacks.db.tables import AnnouncementUpdate, AuditEntry
from callbacks.records import audit_log
from tests.callbacks.cli.conftest import CommandLine

TEXTS = ("Mail is delayed.", "Le courriel est retardé.")


def test_two_texts_announce_on_every_line_until_it_is_ended(cli: CommandLine) -> None:
    announced = cli.does("announce", *TEXTS)
    assert announced == (
        "1: Mon 23 Nov 10:00 until somebody ends it, all lines, subscribers are not told: "
        "Mail is delayed. / Le courriel est retardé.\n"
    )
    assert cli.does("announce list") == announced
    assert cli.does("announce end 1") == "Announcement 1 has ended.\n"
    assert cli.does("announce list") == "No announcement is in force.\n"


@pytest.mark.parametrize("options_first", [True, False])
def test_every_option_of_the_contract(cli: CommandLine, options_first: bool) -> None:
    options = ["--line", "toll-free", "--from", "2026-11-23T11:00", "--until", "2026-11-23T12:00", "--notify"]
    line = [*options, *TEXTS] if options_first else [*TEXTS, *options]
    said = cli.does("announce", *line)
    assert said.startswith("1: Mon 23 Nov 11:00 until Mon 23 Nov 12:00, toll-free, subscribers are told: ")


def test_products_may_be_repeated(cli: CommandLine) -> None:
    said = cli.does("announce --product modusHosted", "--product", "Red Sift OnDMARC", *TEXTS)
    assert ", all lines, about Red Sift OnDMARC, modusHosted, subscribers are not told: " in said


def test_a_change_keeps_what_is_not_given(cli: CommandLine) -> None:
    cli.does("announce --line direct", *TEXTS)
    assert "until Mon 23 Nov 18:00, direct, " in cli.does("announce change 1 --until 2026-11-23T18:00")
    changed = cli.does("announce change 1", "Mail is back.", "Le courriel est rétabli.")
    assert "until Mon 23 Nov 18:00, direct, " in changed
    assert "Mail is back. / Le courriel est rétabli." in changed


@pytest.mark.parametrize(
    ("line", "more", "words"),
    [
        ("announce", ("Mail is delayed.",), "Missing argument 'FRENCH'"),
        ("announce", ("Mail is delayed.", ""), "in English and in French"),
        ("announce --line fax", TEXTS, "There is no line 'fax'. Known: toll-free, direct."),
        ("announce --product DNS", TEXTS, "There is no product 'DNS'. Known: Proofpoint Essentials"),
        ("announce --until soon", TEXTS, "'soon' is not a time"),
        ("announce --until 2026-11-23T09:00", TEXTS, "ends before it begins"),
        ("announce end 7", (), "There is no announcement 7."),
        ("announce change 7", TEXTS, "There is no announcement 7."),
        ("announce change 1", ("Mail is back.",), "in English and in French"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    cli: CommandLine, line: str, more: tuple[str, ...], words: str
) -> None:
    assert words in cli.refuses(line, *more)


def test_help_shows_how_to_write_it(cli: CommandLine) -> None:
    words = cli.does("announce --help")
    assert '"ENGLISH" "FRENCH"' in words
    assert re.search(r"list +List", words)
    assert "--notify" in cli.does("announce start --help")


def test_the_history_and_the_audit_log_name_the_command_line(cli: CommandLine) -> None:
    cli.does("announce", *TEXTS)
    by = cli.database.read(lambda session: session.scalars(select(AnnouncementUpdate.by)).one())
    entry = cli.database.read(lambda session: session.scalars(select(AuditEntry)).one())
    assert (by, entry.who, entry.what) == ("command line", "command line", "announce start")
    assert audit_log.details_of(entry)["english"] == TEXTS[0]
