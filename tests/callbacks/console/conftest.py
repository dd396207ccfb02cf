"""What the tests of the console share: the console alone, and the whole service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.cli.context import Compose, Service
from callbacks.db.database import UNHURRIED, Database
from tests.callbacks.console.console import Console
from tests.callbacks.console.service import service_on


@pytest.fixture
def console(sqlite_url: str, tmp_path: Path) -> Iterator[Console]:
    """The console, with nobody logged in."""
    database = Database(sqlite_url, UNHURRIED)
    yield Console(database, tmp_path)
    database.close()


@pytest.fixture
def sue(console: Console) -> Console:
    """The console, with Sue the supervisor logged in."""
    console.logs_in("sue@example.com")
    return console


@pytest.fixture
def service(compose: Compose, sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    """The whole service, with a user of each role."""
    yield from service_on(compose, sqlite_url, tmp_path)
