"""Times, numbers and references as people read and hear them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.text.formats import (
    clock_time,
    day_and_time,
    length,
    moment,
    span,
    spelled,
)

MONTREAL = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 29, 3, 12, 5, tzinfo=UTC), "Sat 28 Nov 22:12"),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "Wed 31 Dec 2025 23:59"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "Thu 31 Dec 23:59"),
    ],
)
def test_a_moment_of_another_year_shows_the_year(at: datetime, words: str) -> None:
    now = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
    assert moment(at, MONTREAL, now) == words


def test_a_moment_can_show_seconds() -> None:
    at = datetime(2026, 11, 29, 3, 12, 5, tzinfo=UTC)
    assert moment(at, MONTREAL, at, seconds=True) == "Sat 28 Nov 22:12:05"


@pytest.mark.parametrize(
    ("hour", "minute", "english", "french"),
    [
        (0, 5, "12:05 a.m.", "0 h 05"),
        (12, 0, "12:00 p.m.", "12 h"),
        (22, 42, "10:42 p.m.", "22 h 42"),
    ],
)
def test_a_time_of_day_in_both_languages(hour: int, minute: int, english: str, french: str) -> None:
    at = datetime(2026, 11, 28, hour, minute, tzinfo=MONTREAL)
    assert (clock_time(at, MONTREAL), clock_time(at, MONTREAL, "fr")) == (english, french)


def test_a_day_and_time_in_both_languages() -> None:
    at = datetime(2026, 11, 29, 3, 5, tzinfo=UTC)
    assert (day_and_time(at, MONTREAL), day_and_time(at, MONTREAL, "fr")) == ("Sat 28 Nov 22:05", "sa 28/11 22:05")


def test_lengths_and_references() -> None:
    assert [length(seconds) for seconds in (0, 32, 185)] == ["0:00", "0:32", "3:05"]
    assert [span(timedelta(minutes=minutes)) for minutes in (0, 12, 65)] == ["0 min", "12 min", "1 h 05 min"]
    assert spelled("KT-417") == "K, T, 4, 1, 7"
