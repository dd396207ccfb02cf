"""Supervisors change the days on which the desk is closed."""

from __future__ import annotations

import re

import pytest

from tests.callbacks.console.console import Console


def test_a_closure_and_a_holiday_are_written_down_and_taken_back(console: Console) -> None:
    console.logs_in("sue@example.com")
    reasons = {"english": "Moving house", "french": "Déménagement"}
    page = console.follows(
        console.posts("/setup/close", {"from": "2026-12-01T12:00", "until": "2026-12-01T15:00", **reasons})
    )
    assert "Moving house / Déménagement" in page
    closure = re.search(r'name="closure" value="(\d+)"', page)
    assert closure is not None
    assert "Moving house" not in console.follows(console.posts("/setup/drop-closure", {"closure": closure[1]}))
    assert "working day" in console.follows(console.posts("/setup/strike", {"day": "2026-12-25"}))
    assert "working day" not in console.follows(console.posts("/setup/as-by-law", {"day": "2026-12-25"}))


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("close", {"from": "soon", "until": "2026-12-01T15:00"}, "is not a valid time"),
        ("close", {"from": "2026-12-01T15:00", "until": "2026-12-01T16:00"}, "in English and in French"),
        ("close", {"from": "2026-12-02T15:00", "until": "2026-12-01T15:00", "english": "x", "french": "y"}, "ends"),
        ("close", {"from": "2020-12-01T15:00", "until": "2020-12-01T16:00"}, "over already"),
        ("close", {"from": "2027-03-14T02:30", "until": "2027-03-14T04:00"}, "There is no 02:30 on 2027-03-14"),
        ("strike", {"day": "tomorrow"}, "is not a valid date"),
        ("strike", {"day": "2027-07-08"}, "is not a holiday"),
        ("drop-closure", {"closure": "99"}, "This closure does not exist"),
    ],
)
def test_a_setup_that_makes_no_sense_is_refused_in_words(
    console: Console, act: str, fields: dict[str, str], words: str
) -> None:
    console.logs_in("sue@example.com")
    assert words in console.follows(console.posts(f"/setup/{act}", fields))


def test_a_holiday_is_added_and_the_list_of_holidays_is_restored(sue: Console) -> None:
    added = {"day": "2026-12-24", "english": "Staff party", "french": "Fête du personnel"}
    assert "The desk is closed on Thu 24 Dec." in sue.follows(sue.posts("/setup/add-holiday", added))
    restored = sue.follows(sue.posts("/setup/as-by-law", {"day": "2026-12-24"}))
    assert "Thu 24 Dec follows the list of holidays again." in restored


def test_the_desk_is_opened_beside_its_hours(sue: Console) -> None:
    span = {"from": "2026-12-05T10:00", "until": "2026-12-05T12:00", "english": "Sale", "french": "Solde"}
    page = sue.follows(sue.posts("/setup/close", {**span, "opens": "1"}))
    assert "The desk is open from Sat 5 Dec 10:00 until Sat 5 Dec 12:00." in page
