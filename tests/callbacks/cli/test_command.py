"""What every command has in common: help, and errors as one sentence."""

from __future__ import annotations

from typing import NoReturn

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from callbacks.cli.command import Command, Group
from callbacks.errors import NotFound
from tests.callbacks.cli.conftest import CommandLine


def test_every_command_and_every_option_of_a_group_explains_itself(cli: CommandLine) -> None:
    for name, group in cli.root.commands.items():
        commands = group.commands if isinstance(group, click.Group) else {name: group}
        assert group.help
        assert [name for name, command in commands.items() if not command.help] == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound("There is no rotation 7."), "Error: There is no rotation 7.\n"),
        (
            OperationalError("SELECT 1", {}, Exception("no route to host\nmore")),
            "Error: Database error: no route to host. Check DATABASE_URL and the server.\n",
        ),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_1(error: Exception, sentence: str) -> None:
    root = Group("root")

    @root.command()
    def fails() -> NoReturn:
        raise error

    result = CliRunner().invoke(root, ["fails"])
    assert (result.exit_code, result.output) == (1, sentence)


def test_groups_in_a_group_have_such_commands_too() -> None:
    root = Group("root")

    @root.group()
    def inner() -> None: ...

    @inner.command()
    def leaf() -> None: ...

    assert isinstance(inner, Group)
    assert isinstance(leaf, Command)
