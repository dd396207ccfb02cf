"""Why somebody is on call, as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from callbacks.desk.escalation_policy import FALLBACK
from callbacks.oncall.reasons import on_call_reason
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Absence, Override, Schedule
from callbacks.people.person import Person
from tests.callbacks.oncall.plans import AMY, BEN, CLEO, CREW, DAN, MONTREAL, at, plan, weekly

EVENING = at("2026-03-09T20:00")
NIGHT = at("2026-03-09T18:00"), at("2026-03-10T08:00")
IN_THE_NIGHT = "from Mon 9 Mar 18:00 until Tue 10 Mar 08:00"


@pytest.mark.parametrize(
    ("schedule", "person", "reason"),
    [
        (plan(Shift(AMY, "primary")), AMY, "always on call"),
        (plan(Shift(AMY, "primary", *NIGHT)), AMY, f"their shift, {IN_THE_NIGHT}"),
        (plan(Shift(AMY, "primary", NIGHT[0])), AMY, "their shift, from Mon 9 Mar 18:00"),
        (plan(rotations=(weekly(),)), BEN, "their turn, from Fri 6 Mar 18:00 until Fri 13 Mar 18:00"),
        (
            plan(rotations=(weekly(),), overrides=(Override("primary", DAN, *NIGHT, instead_of=BEN.id),)),
            DAN,
            f"covers for Ben, {IN_THE_NIGHT}",
        ),
        (plan(overrides=(Override("primary", DAN, *NIGHT),)), DAN, f"covers for the whole layer, {IN_THE_NIGHT}"),
        (plan(Shift(DAN, FALLBACK)), DAN, "fallback: nobody on primary can be reached"),
        (plan(Shift(AMY, "primary")), BEN, ""),
        (plan(Shift(AMY, "primary"), Shift(BEN, "primary"), absences=(Absence(AMY.id, *NIGHT),)), AMY, ""),
    ],
)
def test_a_reason_names_the_override_the_turn_or_the_shift(schedule: Schedule, person: Person, reason: str) -> None:
    assert on_call_reason(schedule, "primary", person, EVENING, MONTREAL) == reason


def test_an_override_comes_before_the_persons_own_shift_and_the_last_one_wins() -> None:
    overrides = Override("primary", CLEO, *NIGHT), Override("primary", CLEO, *NIGHT, instead_of=BEN.id)
    schedule = plan(Shift(CLEO, "primary"), Shift(BEN, "primary"), overrides=overrides)
    assert on_call_reason(schedule, "primary", CLEO, EVENING, MONTREAL).startswith("covers for Ben")


def test_somebody_who_has_left_is_not_named() -> None:
    schedule = plan(overrides=(Override("primary", DAN, *NIGHT, instead_of=99),), rotations=(weekly(members=(DAN,)),))
    left = replace(AMY, id=99)
    schedule = replace(schedule, shifts=(Shift(left, "primary"),), people=CREW)
    assert on_call_reason(schedule, "primary", DAN, EVENING, MONTREAL).startswith("covers for the whole layer")


def test_before_the_first_turn_everybody_is_a_fallback() -> None:
    schedule = plan(rotations=(weekly(first_day=date(2026, 3, 20)),))
    assert on_call_reason(schedule, "primary", AMY, EVENING, MONTREAL).startswith("fallback")
    assert on_call_reason(schedule, "primary", AMY, at("2026-03-20T18:00"), MONTREAL).startswith("their turn")
