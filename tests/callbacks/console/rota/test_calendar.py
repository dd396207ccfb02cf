"""Which days an address means, and who is on call on each of them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.console.rota.calendar import DAY, Dates, View, dates_from, layer_rows, view_from, weeks_of
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Schedule
from callbacks.people.person import Person
from tests.callbacks.console.console import Console
from tests.callbacks.console.rota.rota_screen import NIGHT, WEEK, does, shown, words

TORONTO = ZoneInfo("America/Toronto")
TODAY = date(2026, 11, 28)


def test_on_the_day_on_which_the_clocks_go_back_an_hour_is_there_twice(sue: Console) -> None:
    week = "/rota?view=week&from=2026-10-26"
    night = {"from": "2026-10-31T18:00", "until": "2026-11-01T08:00"}
    sue.clock.pass_time(datetime(2026, 10, 26, tzinfo=UTC) - sue.clock.now())
    does(sue, "cover", name="Ben Cole", layer="primary", **night, **{"for": "Amy Roy"})
    page = sue.client.get(week).text
    assert "<small>25 hours: the clocks change</small>" in page
    assert 'data-date="2026-11-01" data-hours="00:00 01:00 01:00 02:00' in page
    assert '<rect class="on who-2" x="0" y="0" width="540" height="24"/>' in page  # nine hours until eight
    assert '<rect class="on who-1" x="540" y="0" width="960" height="24"/>' in page
    assert "00:00 EDT–08:00 EST Ben Cole for Amy Roy" in shown(sue, week, "primary", "Sun 1 Nov")
    assert "Ben Cole 15.00 168.00 168.00" not in words(page)
    assert "Ben Cole 15.00 169.00 169.00" in words(page)  # a week with an hour more in it


def test_on_the_day_on_which_the_clocks_go_forward_an_hour_is_missing(sue: Console) -> None:
    page = sue.client.get("/rota?view=week&from=2027-03-08").text
    assert "<small>23 hours: the clocks change</small>" in page
    assert 'data-hours="00:00 01:00 03:00' in page
    assert "Amy Roy 167.00 0.00 167.00" in words(page)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/rota", "23 November to 29 November 2026"),
        ("/rota?view=month", "November 2026"),
        ("/rota?view=month&from=2027-02", "February 2027"),
        ("/rota?view=month&from=2027-02-17", "February 2027"),
        ("/rota?view=week&from=2026-12-31", "28 December to 3 January 2027"),
        ("/rota?view=year&from=soon", "23 November to 29 November 2026"),
        ("/rota?view=month&from=2026-13", "November 2026"),
        ("/rota?view=week&from=0001-01-01", "23 November to 29 November 2026"),
        ("/rota?view=week&from=9999-12-31", "23 November to 29 November 2026"),
    ],
)
def test_the_address_says_what_is_shown_and_nonsense_means_now(sue: Console, address: str, name: str) -> None:
    assert f'<h2 class="shown">{name}</h2>' in sue.client.get(address).text


def test_what_a_name_is_dropped_on_says_what_the_form_is_filled_with(sue: Console) -> None:
    """A night is covered whole; of what lasts for days, the day that was meant; of two people, whoever is on."""
    does(sue, "add", name="Amy Roy", layer="backup", **NIGHT)
    does(sue, "cover", name="Ben Cole", layer="primary", **NIGHT, **{"for": "Amy Roy"})
    bars = sue.client.get(WEEK).text.split('data-layer="primary" data-date="2026-11-30"')[1].split("</svg>")[0]
    parts = re.findall(r'data-from="(.*?)" data-until="(.*?)" data-for="(.*?)"', bars)
    assert parts == [
        ("2026-11-30T00:00", "2026-11-30T18:00", "Amy Roy"),
        ("2026-11-30T18:00", "2026-12-01T08:00", "Ben Cole"),
    ]
    bars = sue.client.get(WEEK).text.split('data-layer="backup" data-date="2026-12-01"')[1].split("</svg>")[0]
    parts = re.findall(r'data-from="(.*?)" data-until="(.*?)" data-for="(.*?)"', bars)
    assert parts == [("2026-11-30T18:00", "2026-12-01T08:00", ""), ("2026-12-01T08:00", "2026-12-02T00:00", "Ben Cole")]


@pytest.mark.parametrize(
    ("fields", "kind", "first"),
    [
        ({}, "week", date(2026, 11, 23)),
        ({"view": "month"}, "month", date(2026, 11, 1)),
        ({"view": "week", "from": "2026-12-31"}, "week", date(2026, 12, 28)),
        ({"view": "month", "from": "2027-02"}, "month", date(2027, 2, 1)),
        ({"view": "year", "from": "soon"}, "week", date(2026, 11, 23)),
        ({"from": "9999-12-31"}, "week", date(2026, 11, 23)),
    ],
)
def test_a_view_is_read_from_an_address(fields: dict[str, str], kind: str, first: date) -> None:
    view = view_from(fields, TODAY)
    assert (view.kind, view.first) == (kind, first)
    assert view_from({name: str(value) for name, value in view.in_address().items()}, TODAY) == view


@given(st.dates(date(1990, 1, 1), date(2190, 12, 31)), st.sampled_from(["week", "month"]))
def test_views_follow_each_other_without_a_gap(day: date, kind: str) -> None:
    view = View.containing(kind, day)
    assert view.dates.first <= day <= view.dates.last
    assert view.next.first == view.dates.last + DAY
    assert view.next.previous == view
    assert view.previous.dates.last == view.first - DAY


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), ("x", "2026-11-30"), ("2026-11-30", "2026-11-29"), ("2020-01-01", "2026-11-30"), ("0001-01-01",) * 2],
)
def test_days_that_make_no_sense_are_replaced(first: str, last: str) -> None:
    usual = Dates(TODAY, TODAY)
    assert dates_from(first, last, usual, TODAY) == usual


def test_the_last_day_of_a_span_is_included() -> None:
    dates = dates_from("2026-11-30", "2026-12-01", Dates(TODAY, TODAY), TODAY)
    starts_at, ends_at = dates.instants(TORONTO)
    assert ends_at - starts_at == timedelta(days=2)


@pytest.mark.parametrize(
    ("day", "hours", "change"),
    [
        (date(2026, 11, 28), 24, ""),
        (date(2026, 11, 1), 25, "25 hours: the clocks change"),
        (date(2027, 3, 14), 23, "23 hours: the clocks change"),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int, change: str) -> None:
    found = next(each for each in View.containing("week", day).days(TORONTO) if each.date == day)
    assert (found.minutes, len(found.hours), found.change) == (hours * 60, hours, change)
    assert found.clock(found.ends_at) == "24:00"


@given(st.dates(date(1990, 1, 1), date(2190, 12, 31)))
def test_the_weeks_of_a_month_hold_each_of_its_days_once_below_its_weekday(day: date) -> None:
    days = View.containing("month", day).days(TORONTO)
    weeks = weeks_of(days)
    assert {len(week) for week in weeks} == {7}
    assert [place for week in weeks for place in week if place is not None] == list(range(len(days)))
    for week in weeks:
        assert all(days[place].date.weekday() == column for column, place in enumerate(week) if place is not None)


def test_a_layer_is_cut_at_midnight_and_a_cover_takes_the_whole_night() -> None:
    amy = Person(1, "Amy Roy", "+15145550101")
    starts_at, ends_at = datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 1, 13, tzinfo=UTC)
    night = Shift(amy, "primary", starts_at, ends_at)
    plan = Schedule(("primary",), (amy,), (night,))
    days = View.containing("week", date(2026, 11, 30)).days(TORONTO)
    (row,) = layer_rows(plan, days, starts_at)
    monday, tuesday = row.days[0], row.days[1]
    assert [(part.begins, part.ends, part.is_gap) for part in monday] == [
        ("00:00", "18:00", True),
        ("18:00", "24:00", False),
    ]
    assert (tuesday[0].begins, tuesday[0].ends) == ("00:00", "08:00")
    assert {(part.cover_from, part.cover_until) for part in (monday[1], tuesday[0])} == {
        ("2026-11-30T18:00", "2026-12-01T08:00")
    }
