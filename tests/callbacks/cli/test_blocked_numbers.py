"""`block` and `unblock`."""

from __future__ import annotations

from tests.callbacks.cli.conftest import CommandLine


def test_a_number_is_blocked_and_unblocked(cli: CommandLine) -> None:
    assert cli.does("block 514-555-0188 --reason robot") == "(514) 555-0188 is blocked.\n"
    until = cli.does("block +15145550189 --until 2099-12-24T15:00 --reason", "calls all night")
    assert until == "(514) 555-0189 is blocked until 2099-12-24T15:00.\n"
    assert cli.does("unblock +15145550188") == "(514) 555-0188 is no longer blocked.\n"
    assert "neither blocked nor allowed" in cli.refuses("unblock +15145550188")


def test_a_block_needs_a_reason_and_a_number_of_a_caller(cli: CommandLine) -> None:
    assert "--reason" in cli.refuses("block +15145550188")
    assert "is not the number of a caller" in cli.refuses("block anonymous --reason robot")
