"""Local times as instants, in the hours that are skipped and repeated too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sla.wall_clock import begins, first_instant, local_day
from tests.sla.desk import TORONTO, local


@pytest.mark.parametrize(
    ("zone", "shown", "instant"),
    [
        ("America/Toronto", "2026-03-08 02:30", "2026-03-08T07:00+00:00"),  # skipped: the jump
        ("America/Toronto", "2026-03-08 02:00", "2026-03-08T07:00+00:00"),
        ("America/Toronto", "2026-03-08 03:00", "2026-03-08T07:00+00:00"),
        ("America/Toronto", "2026-11-01 01:30", "2026-11-01T05:30+00:00"),  # repeated: its first pass
        ("America/Toronto", "2026-11-01 02:00", "2026-11-01T07:00+00:00"),
        ("America/St_Johns", "2026-03-08 02:15", "2026-03-08T05:30+00:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:10", "2026-10-03T15:30+00:00"),  # half an hour is skipped
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45+00:00"),
        ("America/Regina", "2026-03-08 02:30", "2026-03-08T08:30+00:00"),  # no change there
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30T10:00+00:00"),  # a day that Samoa never had
    ],
)
def test_a_time_that_the_clock_skips_or_repeats(zone: str, shown: str, instant: str) -> None:
    assert first_instant(datetime.fromisoformat(shown), ZoneInfo(zone)) == datetime.fromisoformat(instant)


def test_a_clock_set_back_over_midnight_does_not_bring_back_yesterday() -> None:
    newfoundland = ZoneInfo("America/St_Johns")  # until 2011 it changed at 00:01
    assert local_day(local("2010-11-07 00:00:30", newfoundland), newfoundland) == date.fromisoformat("2010-11-07")
    assert local_day(local("2010-11-06 23:30*", newfoundland), newfoundland) == date.fromisoformat("2010-11-07")
    assert local_day(local("2010-11-06 23:30", newfoundland), newfoundland) == date.fromisoformat("2010-11-06")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
def test_a_day_lasts_from_midnight_to_midnight(day: str, hours: int) -> None:
    first = date.fromisoformat(day)
    assert begins(first + timedelta(days=1), TORONTO) - begins(first, TORONTO) == timedelta(hours=hours)


@given(
    some.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - UTC is added below
    some.sampled_from(["America/Toronto", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_an_instant_is_within_its_local_day(moment: datetime, name: str) -> None:
    at, zone = moment.replace(tzinfo=UTC), ZoneInfo(name)
    day = local_day(at, zone)
    assert begins(day, zone) <= at < begins(day + timedelta(days=1), zone)
