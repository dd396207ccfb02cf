"""The simulator, ready to be called."""

from __future__ import annotations

import pytest

from tests.ivr.simulator.simulation import Simulation


@pytest.fixture
def simulation() -> Simulation:
    return Simulation()
