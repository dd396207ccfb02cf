"""A service for each test, on the database that the test names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import held_port
from tests.processes.service import Service


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """On PostgreSQL, or on the database that the test names: each of these takes half a minute."""
    marker = request.node.get_closest_marker("on")
    url = str(request.getfixturevalue(f"{marker.args[0] if marker else 'postgres'}_url"))
    with held_port() as port:
        service = Service(tmp_path, url, port)
        yield service
        service.end()
