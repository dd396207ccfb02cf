"""The days of a report: what an address asks for, and when days, weeks and nights begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from callbacks.reporting.periods import Days, days_from, monday_of, presets
from tests.callbacks.reporting.facts import DESK, local


@pytest.mark.parametrize(
    ("since", "until", "expected", "word"),
    [
        ("", "", ("2026-10-27", "2026-11-23"), ""),
        ("2026-11-02", "2026-11-08", ("2026-11-02", "2026-11-08"), ""),
        ("2026-11-02", "", ("2026-11-02", "2026-11-23"), ""),
        ("", "2026-11-08", ("2026-10-12", "2026-11-08"), ""),
        ("2026-11-20", "2027-05-01", ("2026-11-20", "2026-11-23"), ""),
        ("soon", "", ("2026-10-27", "2026-11-23"), "Not a valid date"),
        ("2026-11-08", "2026-11-02", ("2026-10-27", "2026-11-23"), "after the last"),
        ("2026-12-01", "2026-12-02", ("2026-10-27", "2026-11-23"), "in the future"),
        ("2020-01-01", "", ("2026-10-27", "2026-11-23"), "two years"),
        ("0001-01-01", "0001-01-02", ("2026-10-27", "2026-11-23"), "2000"),
        ("", "0001-01-02", ("2026-10-27", "2026-11-23"), "Not a valid date"),
    ],
)
def test_the_days_of_a_report_are_read_from_its_address(
    since: str, until: str, expected: tuple[str, str], word: str
) -> None:
    days, fault = days_from(since, until, date(2026, 11, 23))
    assert (days.since.isoformat(), days.until.isoformat()) == expected
    assert word in fault
    assert bool(word) == bool(fault)


def test_the_usual_choices() -> None:
    spans = {name: (str(days.since), str(days.until)) for name, days in presets(date(2026, 1, 1)).items()}
    assert spans == {
        "Last four weeks": ("2025-12-05", "2026-01-01"),
        "Last week": ("2025-12-22", "2025-12-28"),
        "Last month": ("2025-12-01", "2025-12-31"),
        "This year": ("2026-01-01", "2026-01-01"),
    }


def test_the_weeks_of_some_days_begin_on_their_mondays() -> None:
    assert [str(day) for day in Days(date(2026, 11, 1), date(2026, 11, 9)).mondays()] == [
        "2026-10-26",
        "2026-11-02",
        "2026-11-09",
    ]


def test_the_last_night_of_some_days_goes_on_into_the_morning_and_both_clock_changes_are_counted() -> None:
    spring, autumn = Days(date(2026, 3, 7), date(2026, 3, 7)), Days(date(2026, 10, 31), date(2026, 10, 31))
    night = DESK.night_hours.night
    assert spring.last_night_ends(DESK.zone, night) - local("2026-03-07T18:00").astimezone(UTC) == timedelta(hours=13.5)
    assert autumn.last_night_ends(DESK.zone, night) - local("2026-10-31T18:00").astimezone(UTC) == timedelta(hours=15.5)


def test_days_begin_and_end_at_midnight_of_the_desk_on_both_sides_of_a_clock_change() -> None:
    day = Days(date(2026, 11, 1), date(2026, 11, 1))
    assert day.begin(DESK.zone) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert day.end(DESK.zone) == datetime(2026, 11, 2, 5, tzinfo=UTC)


def test_an_address_is_read_back_as_the_same_days() -> None:
    days = Days(date(2026, 11, 2), date(2026, 11, 8))
    assert days_from(**days.in_address(), today=date(2026, 11, 23)) == (days, "")


@pytest.mark.parametrize("day", range(23, 30))
def test_a_week_begins_on_monday(day: int) -> None:
    assert monday_of(date(2026, 11, day)) == date(2026, 11, 23)
