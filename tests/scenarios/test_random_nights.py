"""Nights that Hypothesis makes up: people take, pass, call, hang up, leave and come back, and the carrier has moods.

Whatever happens: no attempt without a customer's leg or a word, no open callback without a next action, nobody is told
something that the carrier's ledger contradicts, and `report` is what the ledger says.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, note, settings

from tests.scenarios.conftest import SATURDAY_NIGHT, ScenarioDesk
from tests.scenarios.nights import NIGHTS, PAGED, Night, Turn

# Each night is a desk of its own, with a database of its own: the fixture only opens them.
UNHURRIED = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


# Chance rarely has somebody take it and a customer ask for them, so one night always has both.
OWNER_IS_REACHED = [
    Turn(20, "takes it, and the customer asks for them", PAGED, "2 talk"),
    Turn(60, "takes it, and the customer asks for them", "Ben", "2 beep"),
    Turn(300, "takes it, and the customer asks for them", PAGED, "9 2 talk"),
]


@pytest.fixture
def database_url() -> str:
    """Only the nights have databases."""
    return "sqlite://"


@pytest.fixture
def new_night(open_desk: Callable[..., ScenarioDesk], tmp_path: Path) -> Callable[[], Night]:
    """Open a desk for each night."""
    numbers = itertools.count()

    def opened() -> Night:
        folder = tmp_path / f"night-{next(numbers)}"
        folder.mkdir()
        return Night(open_desk(SATURDAY_NIGHT, folder=folder))

    return opened


@settings(UNHURRIED, max_examples=3)
@example(turns=OWNER_IS_REACHED)
@given(turns=NIGHTS)
def test_a_night(new_night: Callable[[], Night], turns: list[Turn]) -> None:
    live_through(new_night, turns)


@pytest.mark.soak
@settings(UNHURRIED, max_examples=40)
@given(turns=NIGHTS)
def test_many_nights(new_night: Callable[[], Night], turns: list[Turn]) -> None:
    live_through(new_night, turns)


def live_through(new_night: Callable[[], Night], turns: list[Turn]) -> None:
    note("\n".join(map(str, turns)))
    new_night().live(turns)
