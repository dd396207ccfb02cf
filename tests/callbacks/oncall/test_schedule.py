"""The rota: overrides, swaps, time off and gaps, in examples and at random."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Absence, Assignment, Gap, Override, Schedule
from tests.callbacks.oncall.plans import (
    AMY,
    BEGINS,
    BEN,
    CLEO,
    CREW,
    DAN,
    DAY,
    ENDS,
    HOUR,
    LAYERS,
    at,
    plan,
    schedules,
    weekly,
)

# Overrides and time off


def test_an_override_for_one_night_and_back_again() -> None:
    night = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    spans = plan(rotations=(weekly(),), overrides=(night,)).final_shifts(
        "primary", at("2026-03-08T00:00"), at("2026-03-12T00:00")
    )
    assert [(s.person, s.starts_at, s.ends_at) for s in spans] == [
        (BEN, at("2026-03-08T00:00"), at("2026-03-09T18:00")),
        (DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00")),
        (BEN, at("2026-03-10T08:00"), at("2026-03-12T00:00")),
    ]


def test_an_override_for_somebody_who_is_not_on_changes_nothing() -> None:
    night = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=CLEO.id)
    assert plan(rotations=(weekly(),), overrides=(night,)).on_call("primary", at("2026-03-09T20:00")) == (BEN,)


def test_an_override_of_the_layer_replaces_everybody_on_it() -> None:
    night = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"))
    schedule = plan(Shift(CLEO, "primary"), rotations=(weekly(),), overrides=(night,))
    assert schedule.on_call("primary", at("2026-03-09T20:00")) == (DAN,)
    assert schedule.on_call("primary", at("2026-03-10T08:00")) == (BEN, CLEO)


def test_the_override_added_last_wins_and_an_override_can_be_overridden() -> None:
    first = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    second = Override("primary", CLEO, at("2026-03-09T20:00"), at("2026-03-09T22:00"), instead_of=DAN.id)
    third = Override("primary", AMY, at("2026-03-09T21:00"), at("2026-03-09T23:00"), instead_of=BEN.id)
    schedule = plan(rotations=(weekly(),), overrides=(first, second, third))
    assert schedule.on_call("primary", at("2026-03-09T20:30")) == (CLEO,)
    assert schedule.on_call("primary", at("2026-03-09T21:30")) == (AMY,)
    assert schedule.on_call("primary", at("2026-03-09T23:00")) == (DAN,)


def test_a_cover_over_the_night_on_which_an_hour_comes_twice_holds_to_its_end() -> None:
    begins, ends = at("2026-10-31T18:00"), at("2026-11-01T08:00")
    schedule = plan(rotations=(weekly(),), overrides=(Override("primary", DAN, begins, ends),))
    (cover,) = [span for span in schedule.final_shifts("primary", begins - DAY, ends + DAY) if span.person == DAN]
    assert (cover.starts_at, cover.ends_at) == (begins, ends)
    assert ends - begins == 15 * HOUR
    assert all(schedule.on_call("primary", begins + n * HOUR) == (DAN,) for n in range(15))
    assert schedule.on_call("primary", ends) != (DAN,)


def test_time_off_leaves_a_gap_unless_somebody_covers() -> None:
    off = Absence(BEN.id, at("2026-03-07T00:00"), at("2026-03-09T00:00"))  # over the night of the change
    schedule = plan(rotations=(weekly(),), absences=(off,))
    assert schedule.gaps("primary", at("2026-03-06T00:00"), at("2026-03-12T00:00")) == [
        Gap("primary", at("2026-03-07T00:00"), at("2026-03-09T00:00"))
    ]
    cover = Override("primary", DAN, at("2026-03-07T00:00"), at("2026-03-09T00:00"), instead_of=BEN.id)
    covered = replace(schedule, overrides=(cover,))
    assert covered.gaps("primary", at("2026-03-06T00:00"), at("2026-03-12T00:00")) == []


def test_an_override_replaces_the_regular_person_however_long_the_chain() -> None:
    first = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    second = Override("primary", CLEO, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=DAN.id)
    schedule = plan(Shift(AMY, "primary"), rotations=(weekly(),), overrides=(first, second))
    evening = at("2026-03-09T20:00")
    assert schedule.assignments("primary", evening) == (Assignment(CLEO, (BEN,), is_override=True), Assignment(AMY))
    whole = replace(schedule, overrides=(Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00")),))
    assert whole.assignments("primary", evening) == (Assignment(DAN, (BEN, AMY), is_override=True),)


def test_an_override_by_somebody_on_the_layer_replaces_the_others_and_of_an_empty_layer_nobody() -> None:
    night = Override("primary", AMY, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    schedule = plan(Shift(AMY, "primary"), rotations=(weekly(),), overrides=(night,))
    assert schedule.assignments("primary", at("2026-03-09T20:00")) == (Assignment(AMY, (BEN,), is_override=True),)
    assert plan(overrides=(night,)).assignments("primary", at("2026-03-09T20:00")) == ()
    whole = replace(night, instead_of=None)
    assert plan(overrides=(whole,)).assignments("primary", at("2026-03-09T20:00")) == (
        Assignment(AMY, (), is_override=True),
    )


def test_somebody_whose_number_is_not_verified_leaves_a_gap() -> None:
    new = replace(DAN, verified=False)
    schedule = replace(plan(Shift(new, "primary")), people=(*CREW[:3], new))
    now = at("2026-03-06T00:00")
    assert schedule.gaps("primary", now, now + DAY) == [Gap("primary", now, now + DAY)]


def test_a_shift_with_bounds_comes_before_one_that_is_always_on() -> None:
    night = Shift(BEN, "primary", at("2026-03-09T18:00"), at("2026-03-10T08:00"))
    schedule = plan(Shift(AMY, "primary"), night)
    assert schedule.on_call("primary", at("2026-03-09T18:00")) == (BEN, AMY)
    assert schedule.on_call("primary", at("2026-03-10T08:00")) == (AMY,)


def test_only_layers_that_somebody_is_put_on_are_watched_and_the_first_always() -> None:
    assert plan().staffed_layers() == ("primary",)
    assert plan(Shift(AMY, "backup")).staffed_layers() == ("primary", "backup")


# At random


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, layer=st.sampled_from(LAYERS), offset=st.integers(0, 899))
def test_shifts_and_gaps_agree_with_on_call_at_every_instant(schedule: Schedule, layer: str, offset: int) -> None:
    spans, gaps = schedule.final_shifts(layer, BEGINS, ENDS), schedule.gaps(layer, BEGINS, ENDS)
    for n in range(0, 14 * 24 * 4, 3):
        instant = BEGINS + n * timedelta(minutes=15) + timedelta(seconds=offset)
        on_call = set(schedule.on_call(layer, instant))
        assert {span.person for span in spans if span.covers(instant)} == on_call
        assert any(gap.starts_at <= instant < gap.ends_at for gap in gaps) == (not on_call)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, layer=st.sampled_from(LAYERS))
def test_segments_touch_and_each_differs_from_the_one_before(schedule: Schedule, layer: str) -> None:
    segments = schedule.segments(layer, BEGINS, ENDS)
    assert (segments[0].starts_at, segments[-1].ends_at) == (BEGINS, ENDS)
    for one, other in itertools.pairwise(segments):
        assert one.ends_at == other.starts_at
        assert one.assignments != other.assignments
    for segment in segments:
        for instant in (segment.starts_at, segment.ends_at - timedelta(seconds=1)):
            assert schedule.assignments(layer, instant) == segment.assignments


@settings(max_examples=100, deadline=None)
@given(schedule=schedules, layer=st.sampled_from(LAYERS), n=st.integers(0, 14 * 24 * 4))
def test_people_without_an_override_are_regular_and_so_are_those_replaced(
    schedule: Schedule, layer: str, n: int
) -> None:
    instant = BEGINS + n * timedelta(minutes=15)
    regular = set(replace(schedule, overrides=(), absences=()).on_call(layer, instant))
    assignments = schedule.assignments(layer, instant)
    covered = [person for assignment in assignments for person in assignment.instead_of]
    assert len(covered) == len(set(covered))  # nobody is replaced twice
    assert set(covered) <= regular
    assert all(assignment.person in regular for assignment in assignments if not assignment.is_override)
    made = [o for o in schedule.overrides if o.layer == layer and o.covers(instant)]
    assert all(
        assignment.person in {override.person for override in made}
        for assignment in assignments
        if assignment.is_override
    )


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, n=st.integers(0, 14 * 24 * 4))
def test_time_off_is_never_on_call_and_somebody_can_always_be_paged(schedule: Schedule, n: int) -> None:
    instant = BEGINS + n * timedelta(minutes=15)
    off = {absence.person_id for absence in schedule.absences if absence.covers(instant)}
    assert not {person.id for layer in LAYERS for person in schedule.on_call(layer, instant)} & off
    assert schedule.roster(instant).everyone()
