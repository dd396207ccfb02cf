"""How numbers and moments are said to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.text.formats import caller_in_words, clock_time, length, moment, span, spelled


@pytest.mark.parametrize("caller", ["", "ANONYMOUS", "+266696687", "Restricted", "UNAVAILABLE"])
def test_a_withheld_number_is_said_to_be_one(caller: str) -> None:
    assert caller_in_words(caller) == "number withheld"
    assert caller_in_words(caller, "fr") == "numéro masqué"


def test_any_other_caller_is_said_as_people_write_it() -> None:
    assert caller_in_words("+15145550123") == "(514) 555-0123"
    assert caller_in_words("sip:amy@example.com") == "sip:amy@example.com"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 29, 3, 12, 5, tzinfo=UTC), "Sat 28 Nov 22:12"),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "Wed 31 Dec 2025 23:59"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "Thu 31 Dec 23:59"),
    ],
)
def test_a_moment_of_another_year_says_so(at: datetime, words: str) -> None:
    now = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
    assert moment(at, ZoneInfo("America/Toronto"), now) == words


def test_a_moment_can_be_said_to_the_second() -> None:
    at = datetime(2026, 11, 29, 3, 12, 5, tzinfo=UTC)
    assert moment(at, ZoneInfo("America/Toronto"), at, seconds=True) == "Sat 28 Nov 22:12:05"


def test_times_and_lengths_are_said_as_people_say_them() -> None:
    montreal = ZoneInfo("America/Toronto")
    assert clock_time(datetime(2026, 11, 29, 5, 5, tzinfo=UTC), montreal) == "12:05 a.m."
    assert clock_time(datetime(2026, 11, 29, 17, 0, tzinfo=UTC), montreal, "fr") == "12 h"
    assert (length(32), length(605)) == ("0:32", "10:05")
    assert span(timedelta(minutes=65)) == "1 h 05 min"
    assert spelled("KT-417") == "K, T, 4, 1, 7"
