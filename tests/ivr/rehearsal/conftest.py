"""A scenario on SQLite that begins on a Saturday night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.cli.context import Compose
from callbacks.cli.times import desk_time
from callbacks.desk.desk_file import Desk, read_desk
from ivr.rehearsal.scenario import Scenario
from ivr.rehearsal.simulated_desk import simulated_desk

SATURDAY_NIGHT = "2026-11-28T22:12"


@pytest.fixture
def desk() -> Desk:
    return read_desk(Path("support.toml"))


@pytest.fixture
def scenario(compose: Compose, desk: Desk, sqlite_url: str, tmp_path: Path) -> Iterator[Scenario]:
    begins = desk_time(desk, SATURDAY_NIGHT)
    scenario = simulated_desk(compose, desk, begins, tmp_path, database_url=sqlite_url, senders=1)
    yield scenario
    scenario.service.close()
