"""Spans of the day, over midnight too."""

from __future__ import annotations

from datetime import time

import pytest

from callbacks.text.daily_span import daily_span, time_of_day


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        ("08:30-18:00", ("08:30", "12:00", "17:59"), ("08:29", "18:00", "00:00")),
        ("22:00-07:00", ("22:00", "23:59", "00:00", "06:59"), ("07:00", "12:00", "21:59")),
        ("18:00-00:00", ("18:00", "23:59"), ("00:00", "17:59")),
    ],
)
def test_a_span_holds_its_beginning_and_not_its_end(
    span: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    found = daily_span(f" {span} ")
    assert str(found) == span
    assert all(found.covers(time.fromisoformat(each)) for each in inside)
    assert not any(found.covers(time.fromisoformat(each)) for each in outside)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("22:00", "not a span of the day"),
        ("22:00-24:00", "not a span of the day"),
        ("8:00-9:00", "not a span of the day"),
        ("07:00-07:00", "begins when it ends"),
    ],
)
def test_what_is_not_a_span_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        daily_span(text)


def test_a_time_of_day_is_read() -> None:
    assert time_of_day(" 08:05 ") == time(8, 5)
    for text in ("8:05", "24:00", "08:60", "08:05:00", "noon"):
        with pytest.raises(ValueError, match="not a time of day"):
            time_of_day(text)
