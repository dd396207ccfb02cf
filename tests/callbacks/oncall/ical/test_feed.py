"""Shifts as iCalendar: valid, safe with any name, and read again to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.oncall.ical.feed import feed
from callbacks.oncall.ical.parse import shifts_in
from callbacks.oncall.roster import Shift
from callbacks.people.person import Person

MONTREAL = ZoneInfo("America/Toronto")
NOW = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)
HOSTILE = 'Bo;b, \\ \n "Ö" 🦊 ' + "long " * 30


@pytest.mark.parametrize("name", [HOSTILE, "Amy\r\nBEGIN:VEVENT", "x" * 500])
def test_a_hostile_name_stays_text(name: str) -> None:
    shift = Shift(Person(1, name, "+15145550101"), "primary", NOW, NOW + timedelta(hours=1))
    content = feed("Rota", [shift], MONTREAL, NOW)
    lines = content.split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == 1
    assert max(map(len, lines)) <= 75
    (found,) = shifts_in(content, NOW - timedelta(days=1), NOW + timedelta(days=1), MONTREAL)
    assert "On call: primary" in found.summary


def test_a_feed_without_shifts_is_a_calendar_and_an_open_end_is_refused() -> None:
    assert feed("Rota", [], MONTREAL, NOW).startswith(b"BEGIN:VCALENDAR\r\n")
    with pytest.raises(ValueError, match="is open-ended"):
        feed("Rota", [Shift(Person(1, "Amy", "+15145550101"), "primary", NOW, None)], MONTREAL, NOW)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60 * 24), st.integers(1, 60 * 24)), max_size=8, unique_by=lambda p: p[0]))
def test_what_is_written_is_read_again_to_the_second(spans: list[tuple[int, int]]) -> None:
    amy = Person(1, "Amy Roy", "+15145550101")
    shifts = [
        Shift(amy, "primary", NOW + timedelta(hours=start / 7), NOW + timedelta(hours=start / 7 + length))
        for start, length in spans
    ]
    shifts = [
        Shift(amy, "primary", *(at.replace(microsecond=0) for at in (s.starts_at, s.ends_at) if at)) for s in shifts
    ]
    found = shifts_in(feed("Rota", shifts, MONTREAL, NOW), NOW, NOW + timedelta(days=200), MONTREAL)
    assert sorted((s.starts_at, s.ends_at) for s in found) == sorted((s.starts_at, s.ends_at) for s in shifts)


def test_of_two_shifts_that_begin_together_the_longer_is_one_event() -> None:
    amy = Person(1, "Amy", "+15145550101")
    shifts = [Shift(amy, "primary", NOW, NOW + timedelta(hours=hours)) for hours in (2, 5, 3)]
    (found,) = shifts_in(feed("Rota", shifts, MONTREAL, NOW), NOW, NOW + timedelta(days=1), MONTREAL)
    assert found.ends_at - found.starts_at == timedelta(hours=5)
