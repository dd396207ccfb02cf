"""Which evening a time of night belongs to, whatever hours a desk calls night."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from callbacks.desk.night_hours import NightHours
from callbacks.reporting.periods import Days
from callbacks.text.daily_span import daily_span

MONTREAL = ZoneInfo("America/Toronto")


def hours(night: str) -> NightHours:
    return NightHours(daily_span(night), daily_span("22:00-07:00"))


@pytest.mark.parametrize(
    ("night", "local", "evening"),
    [
        ("18:00-08:30", "2026-11-28T18:00", date(2026, 11, 28)),
        ("18:00-08:30", "2026-11-29T08:29", date(2026, 11, 28)),
        ("18:00-08:30", "2026-11-29T08:30", None),
        ("20:00-06:00", "2026-11-29T06:30", None),
        ("20:00-06:00", "2026-11-29T05:59", date(2026, 11, 28)),
        ("00:00-06:00", "2026-11-29T05:59", date(2026, 11, 29)),  # a night that lies within one day
    ],
)
def test_a_night_belongs_to_the_evening_on_which_it_begins(night: str, local: str, evening: date | None) -> None:
    assert hours(night).evening_of(datetime.fromisoformat(local)) == evening


@pytest.mark.parametrize(
    ("night", "ends"),
    [("18:00-08:30", "2026-11-29T08:30"), ("20:00-06:00", "2026-11-29T06:00"), ("00:00-06:00", "2026-11-29T00:00")],
)
def test_some_days_and_their_nights_end_together(night: str, ends: str) -> None:
    days = Days(date(2026, 11, 27), date(2026, 11, 28))
    assert days.last_night_ends(MONTREAL, hours(night).night) == datetime.fromisoformat(ends).replace(tzinfo=MONTREAL)
