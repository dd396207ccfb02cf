"""When the desk is open and why, and how business time passes: table by table."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.hours import (
    Closed,
    Closure,
    NeverOpen,
    OnHoliday,
    Opened,
    OutsideHours,
    SupportHours,
    Window,
    WithinHours,
)
from tests.sla.desk import DESK, HOLIDAYS, NO_HOLIDAYS, TORONTO, WEEKDAYS, closure, local, week, window

HOUR = timedelta(hours=1)
AROUND_THE_CLOCK = SupportHours(TORONTO, week(dict.fromkeys(range(7), "00:00-00:00")), NO_HOLIDAYS)
NIGHTS = SupportHours(TORONTO, week(dict.fromkeys(range(7), "22:00-06:00")), NO_HOLIDAYS)
TWO_SHIFTS = SupportHours(TORONTO, week({0: "08:30-12:00 13:00-18:00"}), NO_HOLIDAYS)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-27 08:29:59.999999", False),
        ("2026-11-27 08:30", True),
        ("2026-11-27 17:59:59.999999", True),
        ("2026-11-27 18:00", False),  # the closing instant is closed
        ("2026-11-28 12:00", False),  # Saturday
        ("2026-11-26 12:00", False),  # Thanksgiving in the United States
        ("2026-06-24 12:00", False),  # Saint-Jean-Baptiste
        ("2027-12-31 12:00", False),  # New Year's Day 2028, observed in the year before
    ],
)
def test_the_desk_is_open_inside_its_windows_and_on_no_holiday(at: str, is_open: bool) -> None:
    assert DESK.is_open(local(at)) is is_open
    assert DESK.verdict(local(at)).is_open is is_open


def test_a_verdict_names_the_window_and_until_when() -> None:
    verdict = DESK.verdict(local("2026-11-27 12:00"))
    assert verdict.reason == WithinHours(window("08:30-18:00"))
    assert verdict.until == local("2026-11-27 18:00")


def test_after_closing_on_friday_the_verdict_says_monday() -> None:
    verdict = DESK.verdict(local("2026-11-27 18:00"))
    assert verdict.reason == OutsideHours()
    assert verdict.until == local("2026-11-30 08:30")


def test_a_holiday_is_named_in_both_languages() -> None:
    verdict = DESK.verdict(local("2026-06-24 03:00"))
    assert isinstance(verdict.reason, OnHoliday)
    assert verdict.reason.spoken("en") == "Saint-Jean-Baptiste"
    assert verdict.reason.spoken("fr") == "la Saint-Jean-Baptiste"
    assert verdict.until == local("2026-06-25 08:30")


def test_two_holidays_of_one_day_are_both_named_and_a_shared_one_once() -> None:
    assert DESK.verdict(local("2026-10-12 12:00")).reason.spoken("en") == "Columbus Day and Thanksgiving"
    assert DESK.verdict(local("2026-10-12 12:00")).reason.spoken("fr").endswith(" et l'Action de grâce")
    assert DESK.verdict(local("2026-12-25 12:00")).reason.spoken("fr") == "Noël"


def test_a_holiday_is_a_local_day_whatever_day_it_is_in_utc() -> None:
    assert DESK.verdict(datetime(2026, 6, 25, 3, 59, tzinfo=UTC)).reason == OnHoliday(HOLIDAYS.on(_day("2026-06-24")))
    assert DESK.verdict(datetime(2026, 6, 25, 4, 0, tzinfo=UTC)).reason == OutsideHours()


def test_a_holiday_cuts_a_night_window_at_its_midnights() -> None:
    nights = SupportHours(TORONTO, week(dict.fromkeys(range(7), "22:00-06:00")), HOLIDAYS)
    assert nights.next_closing(local("2026-06-23 23:00")) == local("2026-06-24 00:00")
    assert nights.next_opening(local("2026-06-24 00:00")) == local("2026-06-25 00:00")


def test_closing_early_on_christmas_eve_is_heard_and_counted() -> None:
    early = closure("2026-12-24 15:00", "2026-12-24 18:00")
    desk = DESK.with_closures((early,))
    verdict = desk.verdict(local("2026-12-24 15:00"))
    assert verdict.reason == Closed(early)
    assert verdict.reason.spoken("fr") == "[the office party]"
    assert verdict.until == local("2026-12-29 08:30")  # Christmas, the weekend, Boxing Day observed
    assert desk.add_business_time(local("2026-12-24 14:30"), HOUR) == local("2026-12-29 09:00")
    assert DESK.add_business_time(local("2026-12-24 14:30"), HOUR) == local("2026-12-24 15:30")


def test_an_extra_opening_overrides_a_holiday_and_the_weekend() -> None:
    opening = closure("2026-12-25 10:00", "2026-12-26 10:00", "migration night", opens=True)
    desk = DESK.with_closures((opening,))
    assert desk.verdict(local("2026-12-26 02:00")).reason == Opened(opening)
    assert desk.next_opening(local("2026-12-24 20:00")) == local("2026-12-25 10:00")
    assert desk.next_closing(local("2026-12-25 11:00")) == local("2026-12-26 10:00")


def test_where_closures_overlap_the_later_one_has_the_last_word() -> None:
    shut = closure("2026-12-21 00:00", "2027-01-02 00:00")
    but_open = closure("2026-12-23 10:00", "2026-12-23 12:00", opens=True)
    desk = DESK.with_closures((shut, but_open))
    assert desk.is_open(local("2026-12-23 11:00"))
    assert not DESK.with_closures((but_open, shut)).is_open(local("2026-12-23 11:00"))
    assert desk.business_time_between(local("2026-12-18 18:00"), local("2027-01-02 00:00")) == 2 * HOUR


def test_an_opening_that_touches_the_hours_makes_one_stretch() -> None:
    desk = DESK.with_closures((closure("2026-11-27 18:00", "2026-11-27 20:00", opens=True),))
    assert desk.next_closing(local("2026-11-27 09:00")) == local("2026-11-27 20:00")


@pytest.mark.parametrize(
    ("at", "hours", "due"),
    [
        ("2026-11-27 16:30", 1, "2026-11-27 17:30"),
        ("2026-11-27 17:30", 1, "2026-11-30 09:00"),  # half an hour on Friday, half on Monday
        ("2026-11-27 17:00", 1, "2026-11-27 18:00"),  # due as the desk closes, not the next morning
        ("2026-11-27 18:00", 1, "2026-11-30 09:30"),
        ("2026-11-28 11:00", 4, "2026-11-30 12:30"),
        ("2026-11-25 17:00", 2, "2026-11-27 09:30"),  # over Thanksgiving
        ("2027-12-30 17:30", 1, "2028-01-04 09:00"),  # Friday 31st, Saturday 1st and Monday 3rd are all closed
        ("2026-11-27 12:00", 0, "2026-11-27 12:00"),
        ("2026-11-27 18:00", 0, "2026-11-30 08:30"),  # nothing is due while closed
    ],
)
def test_an_hour_is_promised_in_business_time(at: str, hours: int, due: str) -> None:
    assert DESK.add_business_time(local(at), hours * HOUR) == local(due)


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-11-27 17:30", "2026-11-30 09:00", HOUR),
        ("2026-11-28 00:00", "2026-11-29 00:00", 0 * HOUR),
        ("2026-11-30 09:00", "2026-11-27 17:30", -HOUR),  # backwards is negative
        ("2026-11-27 09:00:00.000001", "2026-11-27 09:00:00.000003", timedelta(microseconds=2)),
        ("2026-01-01 00:00", "2027-01-01 00:00", 244 * 9.5 * HOUR),  # 261 weekdays, 17 of them holidays
    ],
)
def test_business_time_between(start: str, end: str, worked: timedelta) -> None:
    assert DESK.business_time_between(local(start), local(end)) == worked


def test_two_windows_a_day() -> None:
    assert TWO_SHIFTS.add_business_time(local("2026-11-30 11:30"), HOUR) == local("2026-11-30 13:30")
    assert TWO_SHIFTS.verdict(local("2026-11-30 13:00")).reason == WithinHours(window("13:00-18:00"))
    assert TWO_SHIFTS.verdict(local("2026-11-30 12:00")).until == local("2026-11-30 13:00")


def test_a_night_window_belongs_to_both_of_its_days() -> None:
    assert NIGHTS.verdict(local("2026-11-30 05:59")).reason == WithinHours(window("22:00-06:00"))
    assert NIGHTS.next_closing(local("2026-11-30 23:00")) == local("2026-12-01 06:00")
    assert NIGHTS.next_opening(local("2026-11-30 06:00")) == local("2026-11-30 22:00")


@pytest.mark.parametrize(
    ("day", "night"),
    [("2026-03-07", 7 * HOUR), ("2026-10-31", 9 * HOUR), ("2026-11-27", 8 * HOUR)],
)
def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn(day: str, night: timedelta) -> None:
    evening = local(f"{day} 20:00")
    assert NIGHTS.business_time_between(evening, evening.astimezone(UTC) + timedelta(hours=14)) == night


def test_around_the_clock_never_closes_and_counts_real_hours() -> None:
    verdict = AROUND_THE_CLOCK.verdict(local("2026-11-01 01:30"))
    assert verdict.is_open
    assert verdict.until is None
    assert AROUND_THE_CLOCK.next_closing(local("2026-11-01 01:30")) is None
    before = local("2026-10-31 12:00")
    assert AROUND_THE_CLOCK.add_business_time(before, 24 * HOUR) == local("2026-11-01 11:00")


def test_windows_that_begin_in_the_missing_hour_open_when_the_clock_jumps() -> None:
    early = SupportHours(TORONTO, week({6: "02:30-10:00"}), NO_HOLIDAYS)
    assert early.next_opening(local("2026-03-08 00:00")) == local("2026-03-08 03:00")
    inside = SupportHours(TORONTO, week({6: "02:10-02:50"}), NO_HOLIDAYS)
    assert inside.next_opening(local("2026-03-08 00:00")) == local("2026-03-15 02:10")


def test_windows_that_end_in_the_repeated_hour_close_at_its_first_pass() -> None:
    late = SupportHours(TORONTO, week({5: "20:00-01:30"}), NO_HOLIDAYS)
    assert late.next_closing(local("2026-10-31 23:00")) == local("2026-11-01 01:30")
    assert late.verdict(local("2026-11-01 01:10*")).reason == OutsideHours()


def test_british_columbia_stopped_changing_its_clocks_in_2026() -> None:
    vancouver = ZoneInfo("America/Vancouver")
    desk = SupportHours(vancouver, WEEKDAYS, NO_HOLIDAYS)
    winter = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert desk.next_opening(winter) == datetime(2026, 12, 1, 15, 30, tzinfo=UTC)  # UTC-7, as in summer


@pytest.mark.parametrize(
    ("week_of", "message"),
    [
        ({0: "08:30-12:00 11:00-18:00"}, "On Monday the window 11:00-18:00 overlaps 08:30-12:00"),
        ({0: "13:00-18:00 08:30-12:00"}, "Monday's windows are out of order: 13:00-18:00, then 08:30-12:00"),
        ({0: "18:00-08:30", 1: "08:00-12:00"}, "On Tuesday the window 08:00-12:00 overlaps 18:00-08:30"),
        ({6: "20:00-02:00", 0: "01:00-03:00"}, "On Monday the window 01:00-03:00 overlaps 20:00-02:00"),
        ({0: "00:00-00:00 09:00-10:00"}, "On Monday the window 09:00-10:00 overlaps 00:00-00:00"),
        ({7: "09:00-10:00"}, "There is no weekday 7"),
        ({}, "never be open"),
        ({0: ""}, "never be open"),
    ],
)
def test_a_week_that_cannot_be_is_refused_with_the_reason(week_of: dict[int, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SupportHours(TORONTO, week(week_of), NO_HOLIDAYS)


def test_windows_may_touch() -> None:
    desk = SupportHours(TORONTO, week({0: "08:00-12:00 12:00-00:00", 1: "00:00-08:00"}), NO_HOLIDAYS)
    assert desk.next_closing(local("2026-11-30 08:00")) == local("2026-12-01 08:00")


def test_a_window_of_no_length_or_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="09:00-09:00 closes when it opens"):
        window("09:00-09:00")
    with pytest.raises(ValueError, match="has a time zone"):
        Window(time(9, tzinfo=UTC), time(10))


def test_a_closure_that_ends_before_it_starts_or_has_no_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="Give a later end"):
        closure("2026-12-24 18:00", "2026-12-24 15:00")
    with pytest.raises(ValueError, match="has no reason in 'fr'"):
        Closure(local("2026-12-24 15:00"), local("2026-12-24 18:00"), False, {"en": "party"})


def test_a_naive_instant_is_refused_everywhere() -> None:
    naive = datetime(2026, 11, 27, 12)  # noqa: DTZ001 - the fault
    aware = naive.replace(tzinfo=UTC)
    for ask in (
        lambda: DESK.verdict(naive),
        lambda: DESK.is_open(naive),
        lambda: DESK.next_opening(naive),
        lambda: DESK.next_closing(naive),
        lambda: DESK.add_business_time(naive, HOUR),
        lambda: DESK.add_business_time(naive, 0 * HOUR),
        lambda: DESK.business_time_between(naive, aware),
        lambda: DESK.business_time_between(aware, naive),
        lambda: Closure(naive, aware, False, {"en": "", "fr": ""}),
    ):
        with pytest.raises(ValueError, match="has no time zone"):
            ask()


def test_negative_time_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        DESK.add_business_time(local("2026-11-27 12:00"), -HOUR)


def test_a_desk_that_is_closed_for_good_is_refused_and_the_search_ends() -> None:
    shut = DESK.with_closures((closure("2026-12-01 00:00", "2099-01-01 00:00"),))
    with pytest.raises(NeverOpen, match="does not open in the twenty years after"):
        shut.next_opening(local("2026-12-02 12:00"))
    with pytest.raises(NeverOpen, match="is not open for 1:00:00"):
        shut.add_business_time(local("2026-12-02 12:00"), HOUR)
    assert shut.verdict(local("2026-12-02 12:00")).until is None


def test_an_instant_of_another_age_is_refused() -> None:
    with pytest.raises(ValueError, match="is outside the years 1900 to 2199"):
        DESK.is_open(datetime(2500, 1, 1, tzinfo=UTC))


def test_instants_go_in_with_any_zone_and_come_out_in_utc() -> None:
    second_pass = datetime(2026, 11, 1, 1, 30, tzinfo=TORONTO, fold=1)
    assert AROUND_THE_CLOCK.add_business_time(second_pass, HOUR) == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert DESK.next_opening(local("2026-11-28 12:00")).tzinfo is UTC
    assert DESK.next_opening(local("2026-11-27 12:00")).tzinfo is UTC
    assert DESK.add_business_time(local("2026-11-28 12:00"), HOUR).tzinfo is UTC


def _day(text: str) -> date:
    return date.fromisoformat(text)
