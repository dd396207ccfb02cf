"""Every crash point: a process dies before and after each commit, each request, each webhook, each file.

The points are found by counting, as SQLite's own tests do: a story is lived through once to count the points that are
reached, and then once for each of them, with the process that reaches it dying there and starting again.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callbacks.cli.context import Compose
from tests.simulation.night import MAILBOXES
from tests.simulation.plan import Act, Plan
from tests.simulation.running import faults_of, without_collections
from tests.simulation.steps import Point
from tests.simulation.world import World, new_world

CUSTOMER, OTHER = "+15145550199", "+15145550188"
CALL = Act(0, CUSTOMER, "calls", "direct:speak 6,hang up")
# In each story somebody resolves it at last, so that little follows.
STORIES = {
    "taken, tried and resolved": (
        CALL,
        Act(70, "Amy", "texts", "{code}"),
        Act(90, "Amy", "texts", "na {code}"),
        Act(110, "Amy", "texts", "done {code}"),
    ),
    "passed on, connected and resolved": (
        CALL,
        Act(70, "Amy", "texts", "pass {code}"),
        Act(90, "Ben", "texts", "call {code}"),
        Act(91, "Ben", "answers", "1"),
        Act(92, CUSTOMER, "answers or not", "ANSWERS"),
        Act(170, "Ben", "texts", "done {code}"),
    ),
    "a second call and a mail": (
        CALL,
        Act(60, CUSTOMER, "calls", "direct:speak 6,press #,wait 4,hang up"),
        Act(70, "Lea Petit <lea@client.example>", "writes", "emergency"),
        Act(170, "Amy", "texts", "{code}"),
    ),
    "a text whose answer is lost": (
        CALL,
        Act(10, "the carrier", "fails", "messages/answer lost/1/10"),
        Act(130, "Amy", "texts", "{code}"),
        Act(140, "Amy", "texts", "done {code}"),
        Act(145, "Amy", "texts", "done {code}"),
    ),
}
EACH_TIME = 12  # points of a story in `make test`; `make soak` takes all of them
# A story on PostgreSQL takes several times as long, so there each third point is taken.
EVERY_ON_POSTGRES = 3
PARTS = 8


@pytest.fixture(scope="module")
def world(compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(compose, tmp_path_factory.mktemp("crashes"), mailboxes=MAILBOXES) as world, without_collections():
        yield world


def night_of(story: str) -> Plan:
    return Plan(0, "2026-11-28T22:12", 1, 0.0, STORIES[story])


def points_of(world: World, story: str) -> list[Point]:
    """Return the points that a story reaches when nothing dies."""
    assert faults_of(world, night_of(story)) == []
    return list(world.steps.reached)


def dies_at_each(world: World, story: str, numbers: list[int]) -> list[str]:
    """Live through a story once for each point. Return what went wrong."""
    wrong = []
    for number in numbers:
        found = faults_of(world, night_of(story), dies_at=number)
        assert world.deaths == 1, f"nobody died at point {number}"
        wrong += [f"dies at point {number} ({world.steps.reached[number - 1]}): {each}" for each in found]
    return wrong


def test_every_kind_of_point_is_reached(world: World) -> None:
    reached = {point for story in STORIES for point in points_of(world, story)}
    assert reached == set(Point)


def test_at_some_points_of_a_story(world: World) -> None:
    story = "taken, tried and resolved"
    count = len(points_of(world, story))
    assert dies_at_each(world, story, [1 + number * count // EACH_TIME for number in range(EACH_TIME)]) == []


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("story", STORIES)
def test_at_every_point(world: World, story: str, part: int) -> None:
    count = len(points_of(world, story))
    assert dies_at_each(world, story, list(range(1 + part, count + 1, PARTS))) == []


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize("story", STORIES)
def test_at_points_on_postgresql(
    compose: Compose, postgres_url: str, tmp_path_factory: pytest.TempPathFactory, story: str
) -> None:
    folder = tmp_path_factory.mktemp("crashes")
    with new_world(compose, folder, postgres_url, mailboxes=MAILBOXES) as world:
        count = len(points_of(world, story))
        assert dies_at_each(world, story, list(range(1, count + 1, EVERY_ON_POSTGRES))) == []
