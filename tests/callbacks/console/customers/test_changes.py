"""What the forms of customers hold, and how an import is counted."""

from __future__ import annotations

import pytest
from flask import g

from callbacks.console.customers import changes
from callbacks.customers import find
from callbacks.db.database import Database
from callbacks.db.tables import User
from callbacks.errors import WrongState
from tests.callbacks.console.console import Console
from tests.callbacks.customers.known import PHONE


def takes(console: Console, text: str) -> changes.Imported:
    with console.web.test_request_context("/"):
        g.user = User(email="sue@example.com")
        return changes.take_file(text.encode())


def test_the_rows_of_a_file_are_counted_and_its_faults_are_in_order(console: Console) -> None:
    takes(console, f"name,phones\nJane,{PHONE}\n")
    found = takes(console, f"name,phones,emails\n,,a@x.test\nJoe,12,\nJane,{PHONE},\nAnn,,ann@x.test\n")
    assert found.counts == "1 added, 0 changed, 1 unchanged"
    assert [(fault.line, fault.problem.partition(".")[0]) for fault in found.faults] == [
        (2, "A customer needs a name or a company"),
        (3, "'12' is not a phone number"),
    ]


def test_a_file_without_the_columns_is_refused(console: Console) -> None:
    with pytest.raises(WrongState, match="The columns are"):
        takes(console, "Jane,5145550199\n")


def test_a_long_field_is_refused_and_not_cut(sue: Console) -> None:
    shown = sue.follows(sue.posts("/customers/add", {"name": "x" * 300, "phones": PHONE}))
    assert "The name has 101 characters. At most 100 can be stored." in shown
    assert count(sue.database) == 0


def count(database: Database) -> int:
    return len(database.read(find.everybody))


def test_every_act_of_the_screen_has_its_change() -> None:
    assert sorted(changes.CHANGES) == ["add-contact", "change", "remove-contact"]
