"""The year that a supervisor confirms."""

from __future__ import annotations

from sla.year import lines_of_year
from tests.sla.desk import DESK, closure


def test_a_year_is_listed_by_date_with_its_closures_and_openings() -> None:
    desk = DESK.with_closures(
        (
            closure("2027-12-26 10:00", "2027-12-26 12:00", "the migration", opens=True),
            closure("2027-12-23 15:00", "2027-12-23 18:00"),
            closure("2027-07-19 00:00", "2027-07-31 00:00", "the summer holidays"),
            closure("2026-07-19 00:00", "2026-07-31 00:00", "the summer holidays"),
        )
    )
    lines = lines_of_year(desk, 2027)
    assert len(lines) == len(DESK.holidays.in_year(2027)) + 3
    assert lines[0] == "Fri 2027-01-01  closed  New Year's Day / le jour de l'An (US, CA)"
    assert lines[6:8] == [
        "Fri 2027-06-18  closed  Juneteenth / Juneteenth (US; observed)",
        "Sat 2027-06-19  closed  Juneteenth / Juneteenth (US; not a working day)",
    ]
    assert "Mon 2027-07-19  closed  00:00 to Sat 2027-07-31 00:00: the summer holidays / [the summer holidays]" in lines
    assert lines[-8:-6] == [
        "Thu 2027-12-23  closed  15:00 to 18:00: the office party / [the office party]",
        "Fri 2027-12-24  closed  Christmas Day / Noël (US; observed)",
    ]
    assert "Sun 2027-12-26  open    10:00 to 12:00: the migration / [the migration]" in lines
