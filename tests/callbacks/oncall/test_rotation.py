"""Rotations over both changes of the clock: swept in small steps, and at random."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.oncall.rotation import Rotation
from callbacks.people.person import Person
from tests.callbacks.oncall.plans import AMY, AUTUMN, BEN, CLEO, CREW, DAY, HOUR, SPRING, STEP, ZONES, at, weekly


@pytest.mark.parametrize(
    ("moment", "person"),
    [
        ("2026-02-27T17:59:59", None),
        ("2026-02-27T18:00:00", AMY),
        ("2026-03-06T17:59:59", AMY),
        ("2026-03-06T18:00:00", BEN),
        ("2026-03-13T17:59:59", BEN),  # a week with an hour less in it
        ("2026-03-13T18:00:00", CLEO),
        ("2026-03-20T18:00:00", AMY),
        ("2026-11-06T17:59:59", CLEO),
        ("2026-11-06T18:00:00", AMY),
    ],
)
def test_a_weekly_hand_off_stays_at_its_time_on_the_wall(moment: str, person: Person | None) -> None:
    assert weekly().person_at(at(moment)) == person


def test_a_hand_off_in_the_hour_that_spring_skips_is_at_the_jump() -> None:
    nightly = weekly(first_day=SPRING - DAY, hand_off=time(2, 30), length=DAY)
    assert nightly.begins(1) == at("2026-03-08T03:00")
    assert nightly.begins(2) == at("2026-03-09T02:30")


def test_a_hand_off_in_the_hour_that_autumn_repeats_is_at_its_first_pass() -> None:
    nightly = weekly(first_day=AUTUMN - DAY, hand_off=time(1, 30), length=DAY)
    assert nightly.begins(1) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert nightly.person_at(datetime(2026, 11, 1, 6, 30, tzinfo=UTC)) == BEN  # 01:30 again: no hand-off back


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("length", [HOUR, 5 * HOUR, 12 * HOUR, DAY, 36 * HOUR])
def test_swept_in_small_steps_over_the_change_no_hour_is_without_anyone_and_none_has_two(
    day: date, zone: ZoneInfo, length: timedelta
) -> None:
    rotation = Rotation("primary", (AMY, BEN, CLEO), day - 3 * DAY, time(1, 30), length, zone)
    begins = datetime.combine(day - DAY, time(), zone).astimezone(UTC)
    ends = begins + 3 * DAY
    turns = [rotation.turn_at(begins + n * STEP) for n in range(int((ends - begins) / STEP))]
    assert None not in turns
    known = [turn for turn in turns if turn is not None]
    assert all(later - earlier in (0, 1, 2) for earlier, later in itertools.pairwise(known))  # never back
    shifts = list(rotation.shifts(begins, ends))
    assert all(one.ends_at == other.starts_at for one, other in itertools.pairwise(shifts))
    for n in range(0, len(turns), 37):
        instant = begins + n * STEP
        (on,) = [shift.person for shift in shifts if shift.covers(instant)]
        assert on == rotation.person_at(instant)


@settings(max_examples=150, deadline=None)
@given(
    instant=st.integers(0, 11 * 365 * 24 * 3600).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n)),
    zone=st.sampled_from(ZONES),
    hours=st.integers(1, 24 * 30),
    hand_off=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_at_any_instant_it_is_the_turn_that_has_begun_and_not_ended(
    instant: datetime, zone: ZoneInfo, hours: int, hand_off: time
) -> None:
    rotation = Rotation("primary", CREW, date(2026, 1, 1), hand_off, hours * HOUR, zone)
    turn = rotation.turn_at(instant)
    if turn is None:
        assert instant < rotation.begins(0)
    else:
        assert rotation.begins(turn) <= instant < rotation.begins(turn + 1)


def test_a_rotation_of_nobody_or_of_minutes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one technician"):
        weekly(members=())
    with pytest.raises(ValueError, match="shorter than an hour"):
        weekly(length=timedelta(minutes=59))
