"""Opens a world for the commands, which do without the fixtures of `tests/conftest.py`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher

import app
from callbacks.people import passwords
from sla.zones import use_newest_rules
from tests.simulation.night import MAILBOXES
from tests.simulation.world import World, new_world


@contextmanager
def world_of_a_command() -> Iterator[World]:
    """Yield a world, with the newest rules of time zones, and passwords that are hashed quickly."""
    use_newest_rules()
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with tempfile.TemporaryDirectory() as folder, new_world(app.compose, Path(folder), mailboxes=MAILBOXES) as world:
        yield world
