"""Spans of opening on a line of time, against a plain sum minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from sla.timeline import NOTHING, Span, Timeline, changed

STARTS_AT = datetime(2026, 11, 27, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINUTES = 3 * 24 * 60
ENDS_AT = STARTS_AT + MINUTES * MINUTE


def at(minute: int) -> datetime:
    return STARTS_AT + minute * MINUTE


def spans_of(*bounds: tuple[int, int]) -> list[Span]:
    return [(at(opens), at(closes)) for opens, closes in bounds]


minutes = some.integers(0, MINUTES - 1)
spans = some.lists(minutes, max_size=10, unique=True).map(
    lambda found: spans_of(*zip(sorted(found)[::2], sorted(found)[1::2], strict=False))
)


def test_spans_that_touch_or_overlap_are_one() -> None:
    line = Timeline(STARTS_AT, ENDS_AT, spans_of((60, 120), (120, 180), (150, 200), (300, 300)))
    assert line.next_closing(at(60)) == at(200)
    assert line.next_opening(at(200)) is None
    assert line.worked_before(at(400)) == 140 * MINUTE


def test_an_edge_belongs_to_what_follows_it() -> None:
    line = Timeline(STARTS_AT, ENDS_AT, spans_of((60, 120)))
    assert [line.is_open(at(minute)) for minute in (59, 60, 119, 120)] == [False, True, True, False]


def test_open_until_the_end_of_the_line_there_is_no_closing_in_sight() -> None:
    assert Timeline(STARTS_AT, ENDS_AT, [(STARTS_AT, ENDS_AT)]).next_closing(at(5)) is None


@given(spans, minutes)
def test_it_agrees_with_the_plain_sum(found: list[Span], minute: int) -> None:
    line = Timeline(STARTS_AT, ENDS_AT, found)
    is_open = [any(opens <= at(each) < closes for opens, closes in found) for each in range(MINUTES)]
    worked = sum(is_open[:minute]) * MINUTE
    assert line.is_open(at(minute)) is is_open[minute]
    assert line.worked_before(at(minute)) == worked
    opening = next((each for each in range(minute, MINUTES) if is_open[each]), None)
    assert line.next_opening(at(minute)) == (None if opening is None else at(opening))
    if worked > NOTHING:
        assert line.worked_before(line.when_worked(worked) or ENDS_AT) == worked
    assert line.when_worked(sum(is_open) * MINUTE + MINUTE) is None


@given(spans, minutes, minutes, some.booleans())
def test_a_change_holds_within_its_bounds_and_nowhere_else(
    found: list[Span], one: int, other: int, opens: bool
) -> None:
    first, last = sorted((one, other + 1))
    if first == last:
        return
    before, after = (Timeline(STARTS_AT, ENDS_AT, each) for each in (found, changed(found, at(first), at(last), opens)))
    for minute in {0, first - 1, first, (first + last) // 2, last - 1, last, MINUTES - 1} & set(range(MINUTES)):
        expected = opens if first <= minute < last else before.is_open(at(minute))
        assert after.is_open(at(minute)) is expected
