"""`holidays` and `closure`: days and times beside the regular hours."""

from __future__ import annotations

from tests.callbacks.cli.conftest import CommandLine


def test_a_holiday_is_struck_and_another_day_is_added(cli: CommandLine) -> None:
    assert "Saint-Jean-Baptiste" in cli.does("holidays 2027")
    assert "Saint-Jean-Baptiste" not in cli.does("holidays 2027 --strike 2027-06-24")
    assert "Team day" in cli.does("holidays 2027 --add 2027-06-25 --name", "Team day", "Journée d'équipe")


def test_an_added_day_needs_a_name_in_both_languages(cli: CommandLine) -> None:
    assert "--name in English and in French" in cli.refuses("holidays 2027 --add 2027-06-25")


def test_a_closure_closes_and_an_opening_opens(cli: CommandLine) -> None:
    cli.does("closure --from 2026-11-24T12:00 --until 2026-11-24T14:00 --reason", "Team lunch", "Repas")
    assert "(closed: Team lunch)" in cli.does("oncall --at 2026-11-24T13:00")
    opened = cli.does("closure --open --from 2026-11-28T10:00 --until 2026-11-28T12:00 --reason", "Launch", "Lancement")
    assert opened == "The desk is open from 2026-11-28T10:00 until 2026-11-28T12:00: Launch.\n"
    assert "(open" in cli.does("oncall --at 2026-11-28T11:00")


def test_a_closure_that_ends_before_it_begins_is_refused(cli: CommandLine) -> None:
    backwards = "closure --from 2026-11-24T14:00 --until 2026-11-24T12:00 --reason"
    assert "ends before it begins" in cli.refuses(backwards, "Team lunch", "Repas")
