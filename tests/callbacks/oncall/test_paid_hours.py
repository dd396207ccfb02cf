"""The hours that are paid: those that pass, counted once in the total."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings

from callbacks.oncall.paid_hours import hours_on_call
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Schedule
from tests.callbacks.oncall.plans import (
    AMY,
    AUTUMN,
    BEGINS,
    DAY,
    ENDS,
    HOUR,
    LAYERS,
    MONTREAL,
    SPRING,
    at,
    plan,
    schedules,
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
    counts = {each.name: {**{layer: each.on(layer) for layer in LAYERS}, "in all": each.total} for each in found}
    assert counts == {name: {key: n / 4 for key, n in quarters.items()} for name, quarters in counted.items()}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (SPRING + DAY, 24)])
def test_an_open_ended_shift_counts_within_the_span_and_as_many_hours_as_the_day_has(day: date, hours: int) -> None:
    starts_at, ends_at = (datetime.combine(each, time(), MONTREAL).astimezone(UTC) for each in (day, day + DAY))
    (amy,) = hours_on_call(plan(Shift(AMY, "primary")), starts_at, ends_at)
    assert (amy.by_layer, amy.total) == ({"primary": hours}, hours)


def test_somebody_on_two_layers_has_hours_on_each_and_nobody_else_is_listed() -> None:
    night = at("2026-03-02T18:00"), at("2026-03-03T08:00")
    shifts = Shift(AMY, "primary", *night), Shift(AMY, "backup", night[0], night[0] + 4 * HOUR)
    (amy,) = hours_on_call(plan(*shifts), night[0] - DAY, night[1] + DAY)
    assert (amy.name, amy.on("primary"), amy.on("backup"), amy.on("supervisor"), amy.total) == ("Amy", 14, 4, 0, 14)
