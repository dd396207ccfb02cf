"""The words of the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.console.queue.screen import View, age_in_words, view_named

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "technician_id", "view"),
    [
        ("", 1, View.ALL),
        ("mine", 1, View.MINE),
        ("mine", None, View.ALL),  # of a user who is no technician
        ("nobodys", None, View.NOBODYS),
        ("release", None, View.RELEASE),
        ("everything", 1, View.ALL),
    ],
)
def test_the_view_in_an_address(name: str, technician_id: int | None, view: View) -> None:
    assert view_named(name, technician_id) is view


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-1), "0 min"),
        (timedelta(minutes=12), "12 min"),
        (47 * HOUR, "47 h 00 min"),
        (48 * HOUR, "2 d"),
        (100 * HOUR, "4 d"),
    ],
)
def test_an_age_in_words(age: timedelta, words: str) -> None:
    assert age_in_words(age) == words
