"""The rota: turns over both changes of the clock, covers, time off, gaps. Swept in small steps, and at random."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.oncall.paid_hours import hours_on_call
from callbacks.oncall.roster import Shift
from callbacks.oncall.rotation import Rotation
from callbacks.oncall.schedule import Absence, Assignment, Gap, Override, Schedule
from callbacks.people.person import Person

MONTREAL = ZoneInfo("America/Toronto")
# Newfoundland, a zone whose clocks change at midnight, half an hour of daylight saving, no change at all, far west.
ZONES = [ZoneInfo(f"America/{n}") for n in ("Toronto", "St_Johns", "Havana", "Regina", "Los_Angeles")]
ZONES += [ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")]
AMY, BEN, CLEO, DAN = (Person(n, name, f"+151455501{n:02d}") for n, name in enumerate(["Amy", "Ben", "Cleo", "Dan"], 1))
CREW = (AMY, BEN, CLEO, DAN)
LAYERS = ("primary", "backup")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)  # the days on which the clocks of Montreal change
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
STEP = timedelta(seconds=30)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MONTREAL).astimezone(UTC)


def weekly(**changes: object) -> Rotation:
    rotation = Rotation("primary", (AMY, BEN, CLEO), date(2026, 2, 27), time(18), WEEK, MONTREAL)
    return replace(rotation, **changes)  # type: ignore[arg-type]


def plan(*shifts: Shift, **more: object) -> Schedule:
    return replace(Schedule(LAYERS, CREW, shifts), **more)  # type: ignore[arg-type]


# Rotations


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


# Covers, swaps, time off


def test_a_cover_for_one_night_and_back_again() -> None:
    night = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    spans = plan(rotations=(weekly(),), overrides=(night,)).final_shifts(
        "primary", at("2026-03-08T00:00"), at("2026-03-12T00:00")
    )
    assert [(s.person, s.starts_at, s.ends_at) for s in spans] == [
        (BEN, at("2026-03-08T00:00"), at("2026-03-09T18:00")),
        (DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00")),
        (BEN, at("2026-03-10T08:00"), at("2026-03-12T00:00")),
    ]


def test_a_cover_for_somebody_who_is_not_on_changes_nothing() -> None:
    night = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=CLEO.id)
    assert plan(rotations=(weekly(),), overrides=(night,)).on_call("primary", at("2026-03-09T20:00")) == (BEN,)


def test_a_cover_for_the_layer_replaces_everybody_on_it() -> None:
    night = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"))
    schedule = plan(Shift(CLEO, "primary"), rotations=(weekly(),), overrides=(night,))
    assert schedule.on_call("primary", at("2026-03-09T20:00")) == (DAN,)
    assert schedule.on_call("primary", at("2026-03-10T08:00")) == (BEN, CLEO)


def test_of_two_covers_the_one_made_last_holds_and_a_cover_can_be_covered() -> None:
    first = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    second = Override("primary", CLEO, at("2026-03-09T20:00"), at("2026-03-09T22:00"), instead_of=DAN.id)
    third = Override("primary", AMY, at("2026-03-09T21:00"), at("2026-03-09T23:00"), instead_of=BEN.id)
    schedule = plan(rotations=(weekly(),), overrides=(first, second, third))
    assert schedule.on_call("primary", at("2026-03-09T20:30")) == (CLEO,)
    assert schedule.on_call("primary", at("2026-03-09T21:30")) == (AMY,)
    assert schedule.on_call("primary", at("2026-03-09T23:00")) == (DAN,)


def test_whoever_is_off_is_not_on_call_and_the_gap_is_found_unless_somebody_covers() -> None:
    off = Absence(BEN.id, at("2026-03-07T00:00"), at("2026-03-09T00:00"))  # over the night of the change
    schedule = plan(rotations=(weekly(),), absences=(off,))
    assert schedule.gaps("primary", at("2026-03-06T00:00"), at("2026-03-12T00:00")) == [
        Gap("primary", at("2026-03-07T00:00"), at("2026-03-09T00:00"))
    ]
    cover = Override("primary", DAN, at("2026-03-07T00:00"), at("2026-03-09T00:00"), instead_of=BEN.id)
    covered = replace(schedule, overrides=(cover,))
    assert covered.gaps("primary", at("2026-03-06T00:00"), at("2026-03-12T00:00")) == []


def test_a_cover_is_for_whoever_would_be_there_however_long_the_chain() -> None:
    first = Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=BEN.id)
    second = Override("primary", CLEO, at("2026-03-09T18:00"), at("2026-03-10T08:00"), instead_of=DAN.id)
    schedule = plan(Shift(AMY, "primary"), rotations=(weekly(),), overrides=(first, second))
    evening = at("2026-03-09T20:00")
    assert schedule.assignments("primary", evening) == (Assignment(CLEO, (BEN,), is_override=True), Assignment(AMY))
    whole = replace(schedule, overrides=(Override("primary", DAN, at("2026-03-09T18:00"), at("2026-03-10T08:00")),))
    assert whole.assignments("primary", evening) == (Assignment(DAN, (BEN, AMY), is_override=True),)


def test_a_cover_by_somebody_who_is_on_anyway_is_for_the_others_and_of_an_empty_layer_for_nobody() -> None:
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

BEGINS = at("2026-10-25T00:00")
ENDS = at("2026-11-08T00:00")  # a fortnight with the change of the clock in it
moments = st.integers(0, 14 * 24 * 4).map(lambda n: BEGINS + n * timedelta(minutes=15))
spans_of_time = st.tuples(moments, moments).filter(lambda pair: pair[0] < pair[1])
people = st.sampled_from(CREW)
rotations = st.builds(
    Rotation,
    layer=st.sampled_from(LAYERS),
    members=st.lists(people, min_size=1, max_size=4, unique=True).map(tuple),
    first_day=st.dates(date(2026, 10, 1), date(2026, 11, 3)),
    hand_off=st.sampled_from([time(0), time(1, 30), time(8), time(18)]),
    length=st.sampled_from([12 * HOUR, DAY, WEEK, 5 * DAY]),
    zone=st.just(MONTREAL),
)
shifts = st.builds(lambda p, layer, s: Shift(p, layer, *s), people, st.sampled_from(LAYERS), spans_of_time)
overrides = st.builds(
    lambda p, layer, s, other: Override(layer, p, s[0], s[1], other),
    people, st.sampled_from(LAYERS), spans_of_time, st.sampled_from([None, *(p.id for p in CREW)]),
)  # fmt: skip
absences = st.builds(lambda p, s: Absence(p.id, *s), people, spans_of_time)
schedules = st.builds(
    Schedule,
    layers=st.just(LAYERS),
    people=st.just(CREW),
    shifts=st.lists(shifts, max_size=4).map(tuple),
    rotations=st.lists(rotations, max_size=2).map(tuple),
    overrides=st.lists(overrides, max_size=4).map(tuple),
    absences=st.lists(absences, max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, layer=st.sampled_from(LAYERS), offset=st.integers(0, 899))
def test_shifts_and_gaps_say_what_on_call_says_at_every_instant(schedule: Schedule, layer: str, offset: int) -> None:
    spans, gaps = schedule.final_shifts(layer, BEGINS, ENDS), schedule.gaps(layer, BEGINS, ENDS)
    for n in range(0, 14 * 24 * 4, 3):
        instant = BEGINS + n * timedelta(minutes=15) + timedelta(seconds=offset)
        on_call = set(schedule.on_call(layer, instant))
        assert {span.person for span in spans if span.covers(instant)} == on_call
        assert any(gap.starts_at <= instant < gap.ends_at for gap in gaps) == (not on_call)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, layer=st.sampled_from(LAYERS))
def test_stretches_leave_no_hole_and_each_differs_from_the_one_before(schedule: Schedule, layer: str) -> None:
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
def test_whoever_is_no_cover_would_be_there_anyway_and_so_would_whoever_is_covered(
    schedule: Schedule, layer: str, n: int
) -> None:
    instant = BEGINS + n * timedelta(minutes=15)
    regular = set(replace(schedule, overrides=(), absences=()).on_call(layer, instant))
    assignments = schedule.assignments(layer, instant)
    covered = [person for assignment in assignments for person in assignment.instead_of]
    assert len(covered) == len(set(covered))  # nobody is covered by two
    assert set(covered) <= regular
    assert all(assignment.person in regular for assignment in assignments if not assignment.is_override)
    made = [o for o in schedule.overrides if o.layer == layer and o.covers(instant)]
    assert all(
        assignment.person in {override.person for override in made}
        for assignment in assignments
        if assignment.is_override
    )


@settings(max_examples=60, deadline=None)
@given(schedule=schedules)
def test_hours_are_those_that_pass_and_an_hour_on_two_layers_counts_once_in_all(schedule: Schedule) -> None:
    step = timedelta(minutes=15)
    counted: dict[str, dict[str, int]] = {}
    for n in range(int((ENDS - BEGINS) / step)):
        on = {layer: schedule.on_call(layer, BEGINS + n * step) for layer in LAYERS}
        for person in {person for members in on.values() for person in members}:
            quarters = counted.setdefault(person.name, dict.fromkeys((*LAYERS, "in all"), 0))
            quarters["in all"] += 1
            for layer in (layer for layer in LAYERS if person in on[layer]):
                quarters[layer] += 1
    found = hours_on_call(schedule, BEGINS, ENDS)
    told = {each.name: {**{layer: each.on(layer) for layer in LAYERS}, "in all": each.total} for each in found}
    assert told == {name: {key: n / 4 for key, n in quarters.items()} for name, quarters in counted.items()}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (SPRING + DAY, 24)])
def test_an_open_ended_shift_counts_within_the_span_and_as_many_hours_as_the_day_has(day: date, hours: int) -> None:
    starts_at, ends_at = (datetime.combine(each, time(), MONTREAL).astimezone(UTC) for each in (day, day + DAY))
    (amy,) = hours_on_call(plan(Shift(AMY, "primary")), starts_at, ends_at)
    assert (amy.by_layer, amy.total) == ({"primary": hours}, hours)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, n=st.integers(0, 14 * 24 * 4))
def test_whoever_is_off_is_never_on_call_and_somebody_can_always_be_woken(schedule: Schedule, n: int) -> None:
    instant = BEGINS + n * timedelta(minutes=15)
    off = {absence.person_id for absence in schedule.absences if absence.covers(instant)}
    assert not {person.id for layer in LAYERS for person in schedule.on_call(layer, instant)} & off
    assert schedule.roster(instant).everyone()
