"""The table of commands."""

from __future__ import annotations

from callbacks.cli.commands import COMMANDS


def test_no_two_commands_have_the_same_name_and_each_says_what_it_does() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    assert [command.name for command in COMMANDS if not command.help] == []
