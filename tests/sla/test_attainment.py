"""How well promises were kept, counted from plain records."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sla.attainment import Record, attainment, attainment_by, by_line, by_person, by_priority, by_week
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
        lambda minute, took, due_in, priority, line, person: Record(
            priority,
            line,
            NOW - minute * MINUTE,
            NOW - minute * MINUTE + due_in * MINUTE,
            None if took is None else NOW - minute * MINUTE + took * MINUTE,
            person,
        ),
        some.integers(-100, 50_000),
        some.none() | some.integers(0, 500),
        some.integers(1, 300),
        some.sampled_from(("P1", "P2", "P3")),
        some.sampled_from(("direct", "toll-free")),
        some.none() | some.sampled_from(("Amy", "Ben")),
    ),
    max_size=40,
)


@given(RECORDS)
def test_the_numbers_are_the_same_whichever_way_they_are_grouped(records: list[Record]) -> None:
    whole = attainment(records, NOW)
    for grouping in (by_priority, by_line, by_person, by_week(TORONTO)):
        groups = attainment_by(grouping, records, NOW).values()
        for count in ("met", "missed", "open"):
            assert sum(getattr(group, count) for group in groups) == getattr(whole, count)
        medians = [group.median for group in groups if group.median is not None]
        assert (min(medians) <= whole.median <= max(medians)) if whole.median is not None else not medians
    assert attainment(reversed(records), NOW) == whole
    begun = [one for one in records if one.began_at <= NOW]
    assert whole.met + whole.missed + whole.open == len(begun)
    took = [one.reacted_at - one.began_at for one in begun if one.reacted_at is not None and one.reacted_at <= NOW]
    assert whole.median == (median_low(took) if took else None)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        record(datetime(2026, 11, 2), 5)  # noqa: DTZ001 - the fault
    with pytest.raises(ValueError, match="has no time zone"):
        Record("P1", "direct", NOW, NOW, datetime(2026, 11, 2))  # noqa: DTZ001 - the fault
