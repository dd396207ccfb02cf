"""A callback whose customer does not respond closes automatically: after three attempts and five days, both."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sla.closing import ClosingRule, automatic_closing
from tests.sla.desk import local

BEGAN = local("2026-11-02 09:00")


def days(*numbers: float) -> list[datetime]:
    return [BEGAN + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("attempts", "words", "reopened", "closes"),
    [
        (days(0.1, 1, 2), [], [], 5),  # the fifth day comes last
        (days(0.1, 1, 7), [], [], 7),  # the third attempt comes last
        (days(0.1, 1), [], [], None),  # five days alone are not enough
        (days(0.1, 1, 2, 3), [], [], 5),  # more attempts change nothing
        (days(0.1, 1, 2), days(3), [], None),  # a word starts both counts again
        (days(0.1, 1, 2, 4, 5, 6), days(3), [], 8),
        (days(6, 0.1, 4, 2, 5, 1), days(3, 1.5), [], 8),  # in any order
        (days(0.1, 1, 2), [], days(5.5), None),  # reopened by a person: the same
        (days(0.1, 1, 2, 6, 7, 8), [], days(5.5), 10.5),
    ],
)
def test_both_are_needed_and_any_word_starts_them_again(
    attempts: list[datetime], words: list[datetime], reopened: list[datetime], closes: float | None
) -> None:
    closing = automatic_closing("P2", BEGAN, attempts, words, reopened)
    assert closing.closes_at == (None if closes is None else BEGAN + timedelta(days=closes))


def test_it_is_due_when_the_time_comes() -> None:
    closing = automatic_closing("P3", BEGAN, days(0.1, 1, 2))
    assert not closing.is_due(BEGAN + timedelta(days=5, microseconds=-1))
    assert closing.is_due(BEGAN + timedelta(days=5))
    assert closing.reason == "3 unsuccessful attempts and 5 days without contact from the customer."


def test_a_critical_callback_never_closes_by_itself() -> None:
    closing = automatic_closing("P1", BEGAN, days(0.1, 1, 2, 3))
    assert not closing.is_due(BEGAN + timedelta(days=90))
    assert closing.reason == "A P1 never closes automatically."


def test_the_reason_names_what_is_missing() -> None:
    closing = automatic_closing("P2", BEGAN, days(1, 2))
    assert closing.reason == "2 of 3 unsuccessful attempts since the customer last made contact."
    assert not closing.is_due(BEGAN + timedelta(days=90))


def test_another_desk_has_another_rule_but_never_one_that_closes_at_once() -> None:
    rule = ClosingRule(attempts=1, silence=timedelta(hours=36), never=frozenset())
    closing = automatic_closing("P1", BEGAN, days(1), rule=rule)
    assert closing.closes_at == BEGAN + timedelta(hours=36)
    with pytest.raises(ValueError, match="would close at once"):
        ClosingRule(attempts=0)
    with pytest.raises(ValueError, match="would close at once"):
        ClosingRule(silence=timedelta(0))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        automatic_closing("P2", datetime(2026, 11, 2), [])  # noqa: DTZ001 - the fault
