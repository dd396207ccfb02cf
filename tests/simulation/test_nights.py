"""Nothing is lost, proven by simulation: one thread, virtual time, the real code, and nights made up from seeds.

A night is checked against the carrier's ledger and what phones heard (`rules`). A seed that fails is printed with the
smallest night that still fails; `kept_nights.txt` keeps it. `python -m tests.simulation` lives through any number.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callbacks.cli.context import Compose
from tests.simulation.night import MAILBOXES
from tests.simulation.plan import Plan, made_up, read_plan
from tests.simulation.running import failure, faults_of, kept_nights, without_collections
from tests.simulation.shrink import shrunk
from tests.simulation.world import World, new_world

AT_ONCE = 5  # nights in one test
EACH_TIME, IN_SOAK = 20, 400  # nights; more with `python -m tests.simulation`


@pytest.fixture(scope="module")
def world(compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(compose, tmp_path_factory.mktemp("nights"), mailboxes=MAILBOXES) as world, without_collections():
        yield world


@pytest.mark.parametrize("first", range(0, EACH_TIME, AT_ONCE))
def test_nights(world: World, first: int) -> None:
    _nights(world, first)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(EACH_TIME, IN_SOAK, AT_ONCE))
def test_many_nights(world: World, first: int) -> None:
    _nights(world, first)


def _nights(world: World, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        wrong = failure(world, seed)
        assert wrong is None, wrong


@pytest.mark.parametrize(("title", "plan"), kept_nights(), ids=[title for title, _ in kept_nights()])
def test_a_kept_night(world: World, title: str, plan: Plan) -> None:
    assert faults_of(world, plan) == [], title


def test_a_seed_is_the_same_night_each_time(world: World) -> None:
    """Else a seed that fails could not be repeated: the carrier's ledger is the same to the instant."""
    plan, ledgers = made_up(7), []
    for _ in range(2):
        assert faults_of(world, plan) == []
        ledger = world.carrier.ledger
        texts = [(text.created_at, text.to, text.status.value) for text in ledger.messages]
        ledgers.append([*texts, *((call.created_at, call.to, call.status.value) for call in ledger.calls)])
    assert ledgers[0] == ledgers[1]


def test_a_night_is_read_as_it_was_written() -> None:
    plan = made_up(3)
    assert read_plan(plan.lines) == plan


def test_a_night_that_fails_is_shrunk_to_what_matters() -> None:
    plan = made_up(10)
    guilty = {plan.acts[1], plan.acts[-1]}
    smallest = shrunk(plan, lambda each: guilty <= set(each.acts))
    assert set(smallest.acts) == guilty
