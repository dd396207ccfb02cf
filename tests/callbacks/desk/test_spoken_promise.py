"""When a caller is called back, as it is said to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db.states import Urgency
from callbacks.desk.desk_file import read_desk
from callbacks.desk.spoken_promise import SpokenPromise, opens_next, spoken_promise
from sla.hours import Closure

DESK = read_desk(Path("support.toml"))
BEGAN, OPENS = datetime.fromisoformat("2026-11-30T03:12Z"), datetime.fromisoformat("2026-11-30T13:30Z")
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize("urgency", [Urgency.NONE, Urgency.DOWN])
def test_it_counts_from_the_call(urgency: Urgency) -> None:
    assert spoken_promise(DESK, BEGAN, urgency, OPENS, None) == SpokenPromise(BEGAN, BEGAN + HALF_AN_HOUR)


def test_what_can_wait_counts_from_the_opening() -> None:
    assert spoken_promise(DESK, BEGAN, Urgency.CAN_WAIT, OPENS, None) == SpokenPromise(
        OPENS, OPENS + HALF_AN_HOUR, OPENS
    )


def test_without_a_known_opening_nothing_waits() -> None:
    assert spoken_promise(DESK, BEGAN, Urgency.CAN_WAIT, None, None).held_until is None


@pytest.mark.parametrize("urgency", Urgency)
def test_a_time_that_the_customer_named_comes_first(urgency: Urgency) -> None:
    named = BEGAN + timedelta(hours=2)
    ahead = named - timedelta(minutes=10)
    assert spoken_promise(DESK, BEGAN, urgency, OPENS, named) == SpokenPromise(named, named + HALF_AN_HOUR, ahead)


def test_the_next_opening_while_closed_and_while_open() -> None:
    assert opens_next(DESK.regular_hours, BEGAN) == OPENS
    assert opens_next(DESK.regular_hours, OPENS) == OPENS + timedelta(days=1)


def test_a_desk_that_never_opens_has_no_next_opening() -> None:
    closure = Closure(BEGAN, BEGAN + timedelta(days=30 * 365), opens=False, reason={"en": "closed", "fr": "fermé"})
    assert opens_next(DESK.regular_hours.with_closures((closure,)), BEGAN) is None
