"""`menu`: the tree of each line."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.cli.menu import lines_of
from callbacks.desk.menu_tree import trees
from tests.callbacks.cli.conftest import CommandLine
from tests.callbacks.desk.flows import desk_with


def test_it_prints_each_line(cli: CommandLine) -> None:
    assert cli.does("menu").splitlines() == [
        "toll-free, (888) 484-7266: begins in English, with a menu of its own",
        "  ├ 1: support",
        "  ├ 9: goes on in French",
        "  ├ 0: asks for a manager, and takes a message",
        "  ├ no key: support",
        "  └ at support: 0 asks for a manager; 8 while waiting for a technician",
        "direct, (514) 845-8474: begins in English; no menu: straight to support",
        "  ├ 9: goes on in French",
        "  └ at support: 0 asks for a manager; 8 while waiting for a technician",
    ]


def test_it_prints_one_line_or_says_which_there_are(cli: CommandLine) -> None:
    assert cli.does("menu direct").startswith("direct, ")
    assert "There is no line 'fax'. Known: toll-free, direct." in cli.refuses("menu fax")


def test_it_needs_no_settings(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(type(cli.app), "service", None)
    monkeypatch.setattr(type(cli.app), "ready_service", None)
    assert "toll-free" in cli.does("menu")


def test_keys_of_another_menu_stand_below_the_key_that_leads_there_in_both_languages() -> None:
    printed = list(lines_of(trees(desk_with())[0]))
    place = printed.index("  ├ 2: menu sales")
    assert printed[place + 1 : place + 6] == [
        "  │   en: For sales, press 2.",
        "  │   fr: Pour les ventes, appuyez sur le 2.",
        "  │   ├ 1: rings the team sales",
        "  │   │   en: Sales, 1.",
        "  │   │   fr: Ventes, 1.",
    ]
