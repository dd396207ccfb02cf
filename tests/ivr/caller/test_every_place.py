"""A walk through every place of a call: with every key, several keys, silence and hanging up, whatever the database
knows, and while it is away.

No document is one that the carrier would refuse, no place is a dead end, silence never goes round, and whoever hangs
up after a promise or the beep is called back.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from callbacks.cli.context import Compose
from callbacks.cli.times import desk_time
from ivr.rehearsal.simulated_desk import simulated_desk
from tests.ivr.walk.carrier import Carrier
from tests.ivr.walk.situations import DESKS, SITUATIONS, desk_named
from tests.ivr.walk.walk import Walk

Walks = Callable[..., dict[str, list[str]]]
ALWAYS_HERE, ALWAYS_AWAY, EITHER = (False,), (True,), (False, True)


@pytest.fixture
def walks(compose: Compose, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Walks:
    """Walk through every line of a desk in a situation."""

    def walked(desk_name: str, situation: str, away: tuple[bool, ...], most_alike: int = 4) -> dict[str, list[str]]:
        desk, found = desk_named(desk_name), SITUATIONS[situation]
        begins = desk_time(desk, found.begins)
        scenario = simulated_desk(compose, desk, begins, tmp_path, database_url=sqlite_url, senders=1)
        engine = scenario.service.database.engine
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        engine.dispose()
        scenario.service.database.write(lambda session: found.prepare(session, desk, begins))
        wrong = {}
        for line in desk.lines:
            carrier = Carrier(scenario, monkeypatch, found.caller, line, found.fields)
            before = carrier.snapshot()
            walk = Walk(carrier, away, most_alike)
            wrong[line] = walk.everywhere()
            carrier.put_back(before, begins)
            carrier.close()
        scenario.service.close()
        return {line: faults for line, faults in wrong.items() if faults}

    return walked


def test_while_the_database_is_away(walks: Walks) -> None:
    assert walks("with deep menus", "at night", ALWAYS_AWAY, most_alike=1) == {}


def test_a_blocked_number(walks: Walks) -> None:
    assert walks("as shipped", "blocked", ALWAYS_HERE) == {}


@pytest.mark.soak
@pytest.mark.parametrize("desk", DESKS)
def test_while_the_database_is_away_in_depth(walks: Walks, desk: str) -> None:
    assert walks(desk, "at night", ALWAYS_AWAY) == {}


@pytest.mark.soak
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation(walks: Walks, situation: str) -> None:
    assert walks("as shipped", situation, ALWAYS_HERE, most_alike=1) == {}


@pytest.mark.soak
@pytest.mark.parametrize("situation", ["at night", "in support hours", "again in support hours, with an owner"])
@pytest.mark.parametrize("desk", [name for name in DESKS if name != "as shipped"])
def test_every_desk(walks: Walks, desk: str, situation: str) -> None:
    assert walks(desk, situation, ALWAYS_HERE, most_alike=1) == {}


@pytest.mark.soak
@pytest.mark.parametrize("situation", ["at night", "in support hours", "with a withheld number"])
def test_while_the_database_comes_and_goes(walks: Walks, situation: str) -> None:
    assert walks("as shipped", situation, EITHER, most_alike=1) == {}
