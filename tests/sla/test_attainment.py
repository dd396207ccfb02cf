"""How well promises were kept, counted from plain records."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sla.attainment import (
    Outcome,
    Record,
    attainment,
    attainment_by,
    by_line,
    by_person,
    by_priority,
    by_week,
    outcome,
)
from tests.sla.desk import TORONTO, local

NOW = local("2026-12-01 09:00")
MINUTE = timedelta(minutes=1)


def record(began_at: datetime, took: int | None, due_in: int = 30, priority: str = "P1", person: str = "Amy") -> Record:
    reacted_at = None if took is None else began_at + took * MINUTE
    return Record(priority, "direct", began_at, began_at + due_in * MINUTE, reacted_at, person if reacted_at else None)


def test_met_missed_and_open_and_how_long_it_took() -> None:
    began_at = NOW - timedelta(days=1)
    records = [record(began_at, took) for took in (5, 10, 20, 30, 31, None)] + [record(NOW - 10 * MINUTE, None)]
    found = attainment(records, NOW)
    assert (found.met, found.missed, found.open) == (4, 2, 1)
    assert (found.median, found.percentile_95) == (20 * MINUTE, 31 * MINUTE)
    assert found.share_met == pytest.approx(4 / 6)


BEGAN = NOW - timedelta(days=1)


def instant(minutes: float | None) -> datetime | None:
    return None if minutes is None else BEGAN + minutes * MINUTE


@pytest.mark.parametrize(
    ("reacted", "proven", "no_number", "now", "expected"),
    [
        (None, None, None, 30, Outcome.OPEN),  # the last instant
        (None, None, None, 31, Outcome.MISSED),
        (30, 30, None, 60, Outcome.PROVEN),
        (5, None, None, 60, Outcome.BY_WORD),
        (5, 30, None, 60, Outcome.PROVEN),  # a word first, and proven by the deadline
        (5, 31, None, 60, Outcome.BY_WORD),  # proven too late to prove the promise
        (5, 20, None, 10, Outcome.BY_WORD),  # not proven yet
        (31, 31, None, 60, Outcome.MISSED),
        (31, 31, None, 20, Outcome.OPEN),
        (None, None, 30, 60, Outcome.NO_NUMBER),
        (None, None, 31, 60, Outcome.MISSED),  # nobody listened in time
        (None, None, 20, 10, Outcome.OPEN),
        (20, None, 10, 60, Outcome.BY_WORD),  # a number was found, and called
        (20, None, 10, 15, Outcome.NO_NUMBER),
        (40, 40, 10, 60, Outcome.MISSED),  # a number was found, and called too late
        (40, 40, 10, 35, Outcome.NO_NUMBER),
    ],
)
def test_how_a_promise_stands(
    reacted: float | None, proven: float | None, no_number: float | None, now: float, expected: Outcome
) -> None:
    record = Record(
        "P2", "direct", BEGAN, BEGAN + 30 * MINUTE, instant(reacted), "Amy", instant(proven), instant(no_number)
    )
    assert outcome(record, BEGAN + now * MINUTE) is expected


def test_promises_that_are_proven_by_word_and_without_a_number_are_counted_apart() -> None:
    due_at = BEGAN + 30 * MINUTE
    proven = Record("P2", "direct", BEGAN, due_at, instant(5), proven_at=instant(5))
    by_word = Record("P2", "direct", BEGAN, due_at, instant(15))
    no_number = Record("P2", "direct", BEGAN, due_at, no_number_at=instant(1))
    missed = Record("P2", "direct", BEGAN, due_at)
    found = attainment([proven, proven, by_word, no_number, no_number, missed], NOW)
    assert (found.proven, found.by_word, found.met, found.missed, found.open, found.no_number) == (2, 1, 3, 1, 0, 2)
    assert found.share_met == pytest.approx(3 / 4)
    assert found.percentile_95 == 15 * MINUTE  # to find no number is no reaction


def test_nothing_is_nothing_and_not_a_division_by_zero() -> None:
    found = attainment([], NOW)
    assert (found.met, found.missed, found.open, found.median, found.percentile_95, found.share_met) == (0, 0, 0) + (
        None,
    ) * 3


def test_what_came_after_now_has_not_happened() -> None:
    late = [record(NOW - 40 * MINUTE, 41), record(NOW - 20 * MINUTE, 25), record(NOW + MINUTE, 5)]
    found = attainment(late, NOW)
    assert (found.met, found.missed, found.open, found.median) == (0, 1, 1, None)


def test_weeks_are_the_desks_own_and_the_last_of_a_year_may_be_the_fifty_third() -> None:
    records = [record(local("2027-01-03 23:30"), 5), record(local("2027-01-04 00:30"), 5)]
    assert list(attainment_by(by_week(TORONTO), records, local("2027-02-01 00:00"))) == ["2026-W53", "2027-W01"]


def test_a_callback_that_nobody_took_is_counted_as_nobodys() -> None:
    found = attainment_by(by_person, [record(NOW - 60 * MINUTE, None), record(NOW - 60 * MINUTE, 5)], NOW)
    assert {name: (one.met, one.missed) for name, one in found.items()} == {"nobody": (0, 1), "Amy": (1, 0)}


RECORDS = some.lists(
    some.builds(
        lambda minute, took, due_in, priority, line, person, proven, no_number: Record(
            priority,
            line,
            NOW - minute * MINUTE,
            NOW - minute * MINUTE + due_in * MINUTE,
            None if took is None else NOW - minute * MINUTE + took * MINUTE,
            person,
            None if took is None or proven is None else NOW - minute * MINUTE + (took + proven) * MINUTE,
            None if no_number is None else NOW - minute * MINUTE + no_number * MINUTE,
        ),
        some.integers(-100, 50_000),
        some.none() | some.integers(0, 500),
        some.integers(1, 300),
        some.sampled_from(("P1", "P2", "P3")),
        some.sampled_from(("direct", "toll-free")),
        some.none() | some.sampled_from(("Amy", "Ben")),
        some.none() | some.integers(0, 60),
        some.none() | some.integers(0, 500),
    ),
    max_size=40,
)


@given(RECORDS)
def test_the_numbers_are_the_same_whichever_way_they_are_grouped(records: list[Record]) -> None:
    whole = attainment(records, NOW)
    for grouping in (by_priority, by_line, by_person, by_week(TORONTO)):
        groups = attainment_by(grouping, records, NOW).values()
        for count in ("proven", "by_word", "met", "missed", "open", "no_number"):
            assert sum(getattr(group, count) for group in groups) == getattr(whole, count)
        medians = [group.median for group in groups if group.median is not None]
        assert (min(medians) <= whole.median <= max(medians)) if whole.median is not None else not medians
    assert attainment(reversed(records), NOW) == whole
    begun = [one for one in records if one.began_at <= NOW]
    assert whole.met + whole.missed + whole.open + whole.no_number == len(begun)
    took = [one.reacted_at - one.began_at for one in begun if one.reacted_at is not None and one.reacted_at <= NOW]
    assert whole.median == (median_low(took) if took else None)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        record(datetime(2026, 11, 2), 5)  # noqa: DTZ001 - the fault
    for name in ("reacted_at", "proven_at", "no_number_at"):
        with pytest.raises(ValueError, match="has no time zone"):
            Record("P1", "direct", NOW, NOW, **{name: datetime(2026, 11, 2)})  # type: ignore[arg-type]  # noqa: DTZ001
