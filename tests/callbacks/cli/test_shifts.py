"""`shift`: what is planned is what `oncall` says; mistakes are one sentence."""

from __future__ import annotations

import re

import pytest

from tests.callbacks.cli.conftest import CommandLine


def on_primary(cli: CommandLine, at: str) -> str:
    found = re.search(r"primary\s+(.*)", cli.does(f"oncall --at {at}"))
    assert found is not None
    return found[1]


def test_a_rotation_a_cover_a_swap_and_time_off_are_what_oncall_says(cli: CommandLine) -> None:
    cli.has("Amy", "Ben", "Cleo")
    cli.does("shift rotate Amy Ben --first-day 2026-11-20 --hand-off 18:00 --every 7d")
    assert on_primary(cli, "2026-11-23T10:00") == "Amy"
    assert on_primary(cli, "2026-11-27T18:00") == "Ben"
    cli.does("shift cover Cleo --for Amy --from 2026-11-24T18:00 --until 2026-11-25T08:00")
    assert on_primary(cli, "2026-11-25T02:00") == "Cleo"
    cli.does(
        "shift swap Amy Ben --first-from 2026-11-26T00:00 --first-until 2026-11-27T00:00"
        " --second-from 2026-11-28T00:00 --second-until 2026-11-29T00:00"
    )
    assert on_primary(cli, "2026-11-26T12:00") == "Ben"
    assert on_primary(cli, "2026-11-28T12:00") == "Amy"
    gap = cli.does("shift off Ben --from 2026-11-30T00:00 --until 2026-12-01T00:00")
    assert "Warning: nobody who can be paged is on primary from Mon 30 Nov 00:00 to Tue 01 Dec 00:00" in gap
    assert "Mon 30 Nov 00:00" in cli.does("shift gaps")
    listed = cli.does("shift list --days 10")
    assert "Tue 24 Nov 18:00 to Wed 25 Nov 08:00  Cleo" in listed
    assert "rotation 1: primary, Amy, Ben, every 168 h from 2026-11-20 18:00" in listed
    assert "Rotation 1 ends 2026-12-05T18:00." in cli.does("shift end-rotation 1 --at 2026-12-05T18:00")
    assert "Sat 05 Dec 18:00" in cli.does("shift gaps")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("shift add Amy --layer boss", "There is no layer 'boss'"),
        ("shift add Amy --from 2026-11-27T18:00 --until 2026-11-27T08:00", "ends before it begins"),
        ("shift add Amy --from yesterday", "is not a time"),
        ("shift rotate Amy --first-day 2026-11-20 --every 30m", "whole hours"),
        ("shift rotate Amy --first-day 2026-11-20 --hand-off 8", "is not a time of day"),
        (
            "shift cover Amy --for Amy --from 2026-11-27T18:00 --until 2026-11-28T08:00",
            "cannot cover for themselves",
        ),
        ("shift off Amy --from 2026-11-27T18:00 --until 2026-11-27T18:00", "ends before it begins"),
        ("shift end-rotation 7", "There is no rotation 7"),
        ("technician add Amy --phone +15145550109", "There is already a technician named Amy"),
        ("technician add Eve --phone +15145550101", "already belongs to Amy"),
    ],
)
def test_mistakes_are_one_sentence(cli: CommandLine, line: str, fault: str) -> None:
    assert fault in cli.has("Amy").refuses(line)


def test_covers_that_overlap_and_covers_of_nobody_are_warned_of(cli: CommandLine) -> None:
    cli.has("Amy", "Ben", "Cleo").does("shift add Amy")
    night = "--from 2026-11-24T18:00 --until 2026-11-25T08:00"
    assert "Warning" not in cli.does(f"shift cover Ben --for Amy {night}")
    assert "The cover added last wins" in cli.does(f"shift cover Cleo --for Amy {night}")
    assert on_primary(cli, "2026-11-25T02:00") == "Cleo"
    assert "nothing to cover" not in cli.does(f"shift cover Ben --for Cleo {night}")
    assert "so there is nothing to cover" in cli.refuses(f"shift cover Ben --for Cleo --layer backup {night}")
    cli.does("technician add Dan --phone +15145550104")
    assert "Dan cannot be paged, so they cannot cover" in cli.refuses(f"shift cover Dan --for Ben {night}")
    assert "is in the past" in cli.refuses("shift off Ben --from 2020-11-24T18:00 --until 2020-11-25T08:00")
    cli.does(f"shift off Ben {night}")
    assert "already has this time off" in cli.refuses(f"shift off Ben {night}")
    assert "Ben is off for part of that time" in cli.does(f"shift cover Ben --for Amy {night}")
