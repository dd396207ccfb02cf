"""The stories that `rehearse` plays, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.rehearsal.scenario import STRETCH
from ivr.rehearsal.stories import STORIES
from tests.scenarios.conftest import CUSTOMER_TEXTS, POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


IN_SOAK = ("holiday", "in-hours-unanswered", "hang-up-while-speaking")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.soak) if name in IN_SOAK else name for name in STORIES]
)
def test_the_night_goes_as_told(name: str, open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(STORIES[name].begins, customer_texts=CUSTOMER_TEXTS)
    STORIES[name].plays(desk.scenario)


def test_a_far_jump_is_lived_through_in_stretches_and_loses_nothing(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.resolves()
    far = desk.now + timedelta(hours=6, minutes=10)
    desk.scenario.catch_up(far)
    assert (
        desk.now == far - timedelta(hours=6, minutes=10) + STRETCH
    )  # each stretch ends long before a watchdog loses patience
    while desk.now < far:
        desk.scenario.catch_up(far)
    assert desk.now == far
