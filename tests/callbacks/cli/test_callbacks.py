"""`callback`: opened by hand, and listed."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from callbacks.db.states import CallbackOrigin, PriorityLevel
from callbacks.db.tables import AuditEntry, Callback
from tests.callbacks.cli.conftest import CommandLine

OPEN = "callback open --number +15145550199"


def test_a_callback_is_opened_and_listed(cli: CommandLine) -> None:
    cli.has("Amy Roy")
    answer = cli.does(f"{OPEN} --line direct --priority P3 --note", "the digest of one user")
    assert re.fullmatch(r"[A-Z]{2}-\d{3} is open \(P3\)\. Due Mon 23 Nov 14:00\.\n", answer), answer
    reference = answer[:6]
    assert cli.does("callback list") == f"{reference}  P3  due Mon 23 Nov 14:00  nobody yet  +15145550199\n"
    (row,) = json.loads(cli.does("callback list --json"))
    assert (row["reference"], row["origin"], row["state"]) == (reference, "by hand", "open")
    (found,) = cli.database.read(lambda session: session.scalars(select(Callback)).all())
    assert (found.origin, found.priority) == (CallbackOrigin.BY_HAND, PriorityLevel.P3)


def test_the_most_urgent_comes_first(cli: CommandLine) -> None:
    cli.has("Amy Roy")
    for priority in ("P3", "P1", "P2"):
        cli.does(f"{OPEN} --priority {priority}")
    assert [row["priority"] for row in json.loads(cli.does("callback list --json"))] == ["P1", "P2", "P3"]


def test_the_answer_names_what_else_is_open_for_the_customer(cli: CommandLine) -> None:
    cli.has("Amy Roy")
    first = cli.does(OPEN)[:6]
    assert f"Also open: {first}." in cli.does(OPEN)


def test_nothing_is_open(cli: CommandLine) -> None:
    assert cli.does("callback list") == "Nobody is waiting to be called back.\n"
    assert json.loads(cli.does("callback list --json")) == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("", "phone number or email address"),
        ("--number nonsense", "cannot be called"),
        ("--number +15145550199 --line nowhere", "There is no line 'nowhere'"),
        (
            "--number +15145550199 --product Abacus",
            "is not a product in the desk file. Use one of: Proofpoint",
        ),
        ("--number +15145550199 --priority P9", "P9"),
        ("--mail nobody", "is not an email address"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_a_sentence(cli: CommandLine, options: str, why: str) -> None:
    assert why in cli.refuses(f"callback open {options}")
    assert cli.does("callback list") == "Nobody is waiting to be called back.\n"


def test_the_audit_log_has_who_opened_it(cli: CommandLine) -> None:
    cli.does(OPEN)
    entries = cli.database.read(lambda session: session.scalars(select(AuditEntry)).all())
    assert [entry.who for entry in entries if entry.what == "callback open"] == ["command line"]


def test_the_help_says_what_each_priority_means_and_which_products_there_are(cli: CommandLine) -> None:
    words = " ".join(cli.does("callback open --help").split())
    assert "P1 critical: major functionality severely impaired, usually for everyone. For example: no mail" in words
    assert "courtesy networks; DNS;" in words


def test_the_help_works_without_a_desk_file(cli: CommandLine) -> None:
    cli.app = replace(cli.app, environ={"DESK_FILE": "nowhere.toml"})
    assert "Priorities:" not in cli.does("callback open --help")
