"""The statutory holidays: against the laws, and against the traps of the library they come from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sla.holidays import Holiday, StatutoryHolidays, spoken
from tests.sla import statutory_rules
from tests.sla.desk import HOLIDAYS

GOLDEN = Path(__file__).with_name("holidays_2024_2033.txt").read_text(encoding="utf-8").splitlines()
PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")


def test_the_golden_table_is_what_the_laws_say() -> None:
    assert statutory_rules.table(2024, 2033) == GOLDEN


def test_ten_years_of_holidays_are_those_of_the_golden_table() -> None:
    found = [
        statutory_rules.line(day, {name_in_full(holiday) for holiday in holidays})
        for year in range(2024, 2034)
        for day, holidays in HOLIDAYS.in_year(year).items()
    ]
    assert found == GOLDEN


def name_in_full(holiday: Holiday) -> str:
    return holiday.name["en"] + (" (observed)" if holiday.observed else "")


def names(holidays: StatutoryHolidays, day: str) -> set[tuple[str, str]]:
    return {(holiday.place, name_in_full(holiday)) for holiday in holidays.on(date.fromisoformat(day))}


def test_federal_canada_is_ten_days_and_not_the_five_that_the_library_gives_unasked() -> None:
    # 2026 has one of the ten on a weekend: Boxing Day, observed on the Monday.
    assert [spoken(found, "en") for found in StatutoryHolidays(("CA",)).in_year(2026).values()] == [
        "New Year's Day",
        "Good Friday",
        "Victoria Day",
        "Canada Day",
        "Labour Day",
        "the National Day for Truth and Reconciliation",
        "Thanksgiving",
        "Remembrance Day",
        "Christmas Day",
        "Boxing Day",
        "Boxing Day",
    ]


def test_a_province_is_joined_to_the_federal_days_and_does_not_replace_them() -> None:
    ontario = StatutoryHolidays(("CA",), "ON")
    assert names(ontario, "2026-02-16") == {("CA-ON", "Family Day")}
    assert names(ontario, "2026-09-30") == {("CA", "the National Day for Truth and Reconciliation")}
    assert names(ontario, "2026-11-11") == {("CA", "Remembrance Day")}
    assert names(ontario, "2026-07-01") == {("CA", "Canada Day")}  # once, not twice


def test_canada_day_on_a_saturday_is_observed_on_monday() -> None:
    assert names(HOLIDAYS, "2028-07-01") == {("CA", "Canada Day")}
    assert names(HOLIDAYS, "2028-07-03") == {("CA", "Canada Day (observed)")}


def test_independence_day_on_a_saturday_closes_the_friday_too() -> None:
    assert names(HOLIDAYS, "2026-07-03") == {("US", "Independence Day (observed)")}
    assert names(HOLIDAYS, "2026-07-04") == {("US", "Independence Day")}


def test_new_year_is_observed_on_both_sides_of_the_years_end() -> None:
    assert names(HOLIDAYS, "2027-12-31") == {("US", "New Year's Day (observed)")}
    assert names(HOLIDAYS, "2028-01-01") == {("US", "New Year's Day"), ("CA", "New Year's Day")}
    assert ("CA", "New Year's Day (observed)") in names(HOLIDAYS, "2028-01-03")


def test_christmas_of_2027_closes_friday_to_tuesday() -> None:
    closed = [day.day for day in HOLIDAYS.in_year(2027) if day.month == 12]
    assert closed == [24, 25, 26, 27, 28, 31]


def test_saint_jean_moves_from_sunday_and_not_from_saturday() -> None:
    assert names(HOLIDAYS, "2029-06-25") == {("CA-QC", "Saint-Jean-Baptiste (observed)")}
    assert names(HOLIDAYS, "2028-06-26") == names(HOLIDAYS, "2028-06-23") == set()


def test_a_desk_may_work_columbus_and_veterans_day() -> None:
    desk = HOLIDAYS.with_changes(struck=[date(2027, 11, 11)])
    assert desk.on(date(2027, 11, 11)) == ()
    assert desk.on(date(2027, 11, 25)) == HOLIDAYS.on(date(2027, 11, 25))
    assert HOLIDAYS.on(date(2027, 11, 11)) != ()


def test_a_day_that_a_supervisor_adds_has_the_names_they_gave() -> None:
    day = date(2027, 11, 26)
    desk = HOLIDAYS.with_changes(added={day: {"en": "the day after Thanksgiving", "fr": "le lendemain"}})
    assert spoken(desk.on(day), "fr") == "le lendemain"
    assert desk.on(day)[0].place == "desk"
    assert list(desk.in_year(2027)) == sorted(desk.in_year(2027))
    again = desk.with_changes(struck=[date(2027, 10, 11)])
    assert again.on(day) == desk.on(day)


def test_only_a_day_can_be_asked_about_never_an_instant_or_a_number() -> None:
    # The library takes any datetime at its own date, whatever its zone, and integers as well.
    with pytest.raises(TypeError, match="Give the local date"):
        HOLIDAYS.on(datetime(2026, 12, 25, 2, tzinfo=UTC))
    with pytest.raises(TypeError, match="is not a date"):
        HOLIDAYS.on(1)  # type: ignore[arg-type]


def test_callers_hear_no_clutter_and_every_province_has_its_names_in_french() -> None:
    for province in PROVINCES:
        for found in StatutoryHolidays(("US", "CA"), province).in_year(2027).values():
            for holiday in found:
                assert "observed" not in holiday.name["en"]
                assert holiday.name["fr"].split()[0] in ("le", "la", "Noël", "Juneteenth") or (
                    holiday.name["fr"].startswith("l'")
                ), holiday


def test_several_holidays_are_said_in_one_breath() -> None:
    three = tuple(Holiday({"en": name, "fr": name.lower()}, "desk") for name in ("A", "B", "A", "C"))
    assert spoken(three, "en") == "A, B and C"
    assert spoken(three, "fr") == "a, b et c"
    assert spoken((), "en") == ""


def test_places_that_are_not_known_are_refused() -> None:
    with pytest.raises(ValueError, match="No statutory holidays are known for 'MX'"):
        StatutoryHolidays(("US", "MX"))
    with pytest.raises(ValueError, match="'XX' is not a province with known holidays"):
        StatutoryHolidays(("US", "CA"), "XX")
    with pytest.raises(ValueError, match='none without the country "CA"'):
        StatutoryHolidays(("US",), "QC")
