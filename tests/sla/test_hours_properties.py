"""Random calendars in seven zones, against the minute-by-minute reference and against what must always hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sla.hours import Closure, SupportHours, Window
from tests.sla.desk import DESK, HOLIDAYS, NO_HOLIDAYS
from tests.sla.reference import MINUTE, MinuteByMinute

ZONES = tuple(
    map(
        ZoneInfo,
        (
            "America/Toronto",
            "America/Vancouver",
            "America/St_Johns",
            "America/Regina",
            "America/Phoenix",
            "Australia/Lord_Howe",
            "UTC",
        ),
    )
)
FIRST, LAST = (
    date(2007, 1, 1),
    date(2036, 12, 31),
)  # St John's changed its clocks at one minute past midnight until 2011
DAYS = 4
DAY = timedelta(days=1)
WEEK = 7 * 1440


@lru_cache
def days_of_change(zone: ZoneInfo) -> tuple[date, ...]:
    noons = [datetime(FIRST.year, 1, 1, 12, tzinfo=UTC) + DAY * n for n in range((LAST - FIRST).days)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    return tuple(noon.date() for noon, (one, other) in zip(noons, pairwise(offsets), strict=False) if one != other)


def around_changes(zone: ZoneInfo) -> some.SearchStrategy[date]:
    """Half of the days are near a change of the clocks, where the zone has any."""
    any_day = some.dates(FIRST, LAST)
    return some.one_of(any_day, some.sampled_from(days_of_change(zone))) if days_of_change(zone) else any_day


def minute_of_day(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@some.composite
def weeks(draw: some.DrawFn) -> dict[int, tuple[Window, ...]]:
    """Any windows that do not overlap: minutes of the week, in order, taken two by two."""
    in_the_night_of_changes = some.integers(6 * 1440, 6 * 1440 + 240) | some.integers(5 * 1440 + 1200, 6 * 1440)
    minutes = some.integers(0, WEEK - 1) | in_the_night_of_changes | some.sampled_from(range(0, WEEK, 1440))
    edges = sorted(draw(some.sets(minutes, min_size=2, max_size=16)))
    week: dict[int, tuple[Window, ...]] = {}
    for opens, closes in zip(edges[::2], edges[1::2], strict=False):
        day = opens // 1440
        closes = min(closes, opens + 1439)
        week[day] = (*week.get(day, ()), Window(minute_of_day(opens), minute_of_day(closes)))
    return week


@dataclass(frozen=True)
class Case:
    hours: SupportHours
    slow: MinuteByMinute

    @property
    def last(self) -> datetime:
        return self.slow.starts_at + DAYS * DAY


@some.composite
def cases(draw: some.DrawFn) -> Case:
    zone = draw(some.sampled_from(ZONES))
    week = draw(weeks() | some.just(DESK.week) | some.just({day: (Window(time(), time()),) for day in range(7)}))
    day = draw(around_changes(zone))
    offset = draw(some.integers(0, DAYS * 1440 - 1))
    starts_at = (
        datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY * DAYS / 2 + draw(some.integers(0, 1439)) * MINUTE
    )

    def closure(begins: int, length: int, opens: bool) -> Closure:
        return Closure(
            starts_at + begins * MINUTE, starts_at + (begins + length) * MINUTE, opens, {"en": "so", "fr": "voilà"}
        )

    closures = draw(
        some.lists(
            some.builds(closure, some.integers(-1440, DAYS * 1440), some.integers(1, 2000), some.booleans()), max_size=4
        )
    )
    closed = draw(some.sets(some.integers(-1, DAYS + 1), max_size=2))
    added = {day - 2 * DAY + DAY * number: {"en": "a day", "fr": "un jour"} for number in closed}
    holidays = draw(some.sampled_from((HOLIDAYS, NO_HOLIDAYS))).with_changes(added=added)
    hours = SupportHours(zone, week, holidays, tuple(closures))
    days = [found for year in (day.year - 1, day.year, day.year + 1) for found in holidays.in_year(year)]
    return Case(hours, MinuteByMinute(zone, week, days, tuple(closures), starts_at, offset + 1440))


def agrees_minute_by_minute(case: Case, first: float, second: float) -> None:
    hours, slow = case.hours, case.slow
    assert [hours.is_open(at) for at in slow.minutes] == slow.is_open

    minutes = len(slow.minutes)
    start, end = sorted(slow.starts_at + timedelta(seconds=round(60 * minutes * part)) for part in (first, second))
    assert hours.business_time_between(start, end) == slow.worked(start, end)

    verdict = hours.verdict(start)
    if start < slow.minutes[-1]:
        assert verdict.is_open is slow.is_open[int((start - slow.starts_at) / MINUTE)]
        change = slow.next_minute(start, not verdict.is_open)
        assert verdict.until == change or (
            change is None and (verdict.until is None or verdict.until > slow.minutes[-1])
        )

    duration = (end - start) / 3
    if duration and (due := slow.when_worked(start, duration)) is not None:
        assert hours.add_business_time(start, duration) == due
    if (opening := slow.next_minute(start, True)) is not None:
        assert hours.next_opening(start) == opening == hours.add_business_time(start, timedelta(0))


PARTS = some.floats(0, 1)


@given(cases(), PARTS, PARTS)
@settings(max_examples=120, deadline=None)
def test_any_calendar_agrees_with_the_reference_minute_by_minute(case: Case, first: float, second: float) -> None:
    agrees_minute_by_minute(case, first, second)


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
@given(cases(), PARTS, PARTS)
@settings(max_examples=10_000, deadline=None)
def test_many_calendars_agree_with_the_reference_minute_by_minute(case: Case, first: float, second: float) -> None:
    agrees_minute_by_minute(case, first, second)


INSTANTS = some.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001
DURATIONS = some.timedeltas(timedelta(0), timedelta(days=900))
CALENDARS = some.builds(
    SupportHours, some.sampled_from(ZONES), weeks() | some.just(DESK.week), some.sampled_from((HOLIDAYS, NO_HOLIDAYS))
)


@given(CALENDARS, INSTANTS, some.timedeltas(timedelta(microseconds=1), timedelta(hours=600)))
@settings(max_examples=60, deadline=None)
def test_adding_and_then_measuring_gives_back_the_duration(
    hours: SupportHours, at: datetime, duration: timedelta
) -> None:
    # A week of one minute a day would be at it for longer than twenty years.
    duration = min(duration, hours.business_time_between(at, at + timedelta(days=7000)))
    assert hours.business_time_between(at, hours.add_business_time(at, duration)) == duration


@given(INSTANTS, INSTANTS, DURATIONS, DURATIONS)
@settings(max_examples=300, deadline=None)
def test_adding_is_monotone(at: datetime, other_at: datetime, duration: timedelta, other: timedelta) -> None:
    at, other_at = sorted((at, other_at))
    duration, other = sorted((duration, other))
    assert DESK.add_business_time(at, duration) <= DESK.add_business_time(other_at, duration)
    assert DESK.add_business_time(at, duration) <= DESK.add_business_time(at, other)


@given(INSTANTS, DURATIONS)
@settings(max_examples=300, deadline=None)
def test_nothing_is_due_while_closed(at: datetime, duration: timedelta) -> None:
    due_at = DESK.add_business_time(at, duration)
    assert due_at >= at
    assert DESK.is_open(due_at) or DESK.is_open(due_at - timedelta(microseconds=1))


@given(INSTANTS, INSTANTS, INSTANTS)
@settings(max_examples=300, deadline=None)
def test_spans_add_up(one: datetime, two: datetime, three: datetime) -> None:
    between = DESK.business_time_between
    assert between(one, two) + between(two, three) == between(one, three)
    assert between(one, two) == -between(two, one)


@given(INSTANTS)
@settings(max_examples=100, deadline=None)
def test_how_far_the_line_is_drawn_changes_nothing(at: datetime) -> None:
    fresh = SupportHours(DESK.zone, DESK.week, DESK.holidays)
    assert fresh.add_business_time(at, timedelta(hours=30)) == DESK.add_business_time(at, timedelta(hours=30))
    assert fresh.next_opening(at) == DESK.next_opening(at)
    assert fresh.verdict(at) == DESK.verdict(at)
