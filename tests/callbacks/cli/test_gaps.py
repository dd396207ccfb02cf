"""Gaps in the rota, as `shift gaps` and every edit of the rota print them."""

from __future__ import annotations

from tests.callbacks.cli.conftest import CommandLine


def test_a_layer_that_nobody_is_ever_on_is_named_apart_from_gaps(cli: CommandLine) -> None:
    cli.has("Amy").does("shift add Amy")
    assert cli.does("shift gaps").splitlines() == [
        "Warning: nobody is ever on backup.",
        "Warning: nobody is ever on manager.",
        "Warning: nobody is ever on supervisor.",
        "No other gap in the next 14 days.",
    ]


def test_an_edit_that_leaves_a_gap_warns_of_it_by_the_desks_clock(cli: CommandLine) -> None:
    printed = cli.has("Amy").does("shift add Amy --from 2026-11-20T08:00 --until 2026-11-28T08:00")
    assert printed.splitlines() == [
        "Amy is on primary.",
        "Warning: nobody who can be paged is on primary from Sat 28 Nov 08:00 to Mon 07 Dec 10:00.",
    ]
