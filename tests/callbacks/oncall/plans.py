"""A crew, a weekly rotation, and schedules at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from callbacks.oncall.roster import Shift
from callbacks.oncall.rotation import Rotation
from callbacks.oncall.schedule import Absence, Override, Schedule
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
