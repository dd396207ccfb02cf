"""`oncall`: who is on call at an instant."""

from __future__ import annotations

from tests.callbacks.cli.conftest import CommandLine


def test_it_shows_every_layer_and_why_the_desk_is_closed(cli: CommandLine) -> None:
    cli.has("Amy").does("shift add Amy")
    assert cli.does("oncall --at 2026-11-28T02:00").splitlines() == [
        "Sat 28 Nov 2026 02:00 (closed: outside support hours)",
        "  primary     Amy",
        "  backup      nobody",
        "  manager     nobody",
        "  supervisor  nobody",
        "  fallback    nobody",
    ]


def test_without_a_time_it_is_about_now(cli: CommandLine) -> None:
    assert cli.does("oncall").startswith("Mon 23 Nov 2026 10:00 (open")
