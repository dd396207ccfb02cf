"""The clock moves forward on request, and refuses everything else in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ivr.simulator.simulation import STARTS_AT, Simulation

FORWARD_ONLY = "The clock only moves forward, by at most 31 days."
NOT_A_TIME = "Not a valid time. Use the form 2026-11-29T06:30."
SPEEDS = "The speed must be a number from 0 to 60."


def test_the_clock_jumps_to_a_time_of_the_desk(simulation: Simulation) -> None:
    assert simulation.post("/clock", {"to": "2026-11-29T06:30"}) == (204, "")
    assert simulation.clock.now() == datetime(2026, 11, 29, 11, 30, tzinfo=UTC)


def test_the_clock_jumps_by_a_span_and_runs_faster_or_stands(simulation: Simulation) -> None:
    assert simulation.post("/clock", {"seconds": 300}) == (204, "")
    assert simulation.clock.now() == STARTS_AT + timedelta(minutes=5)
    assert simulation.post("/clock", {"speed": 60}) == (204, "")
    assert simulation.state()["speed"] == 60
    assert simulation.post("/clock", {"speed": 0}) == (204, "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"to": "2026-11-28T21:59"}, FORWARD_ONLY),
        ({"to": "2027-11-28T21:59"}, FORWARD_ONLY),
        ({"to": "tomorrow"}, NOT_A_TIME),
        ({"to": 6}, NOT_A_TIME),
        ({"seconds": -1}, FORWARD_ONLY),
        ({"seconds": 1e9}, FORWARD_ONLY),
        ({"seconds": float("nan")}, FORWARD_ONLY),
        ({"seconds": "60"}, FORWARD_ONLY),
        ({"seconds": True}, FORWARD_ONLY),
        ({"speed": 61}, SPEEDS),
        ({"speed": None}, SPEEDS),
        ({"speed": 1, "seconds": 60}, "Send exactly one of speed, seconds or to."),
        ({}, "Send exactly one of speed, seconds or to."),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_a_reason(simulation: Simulation, body: Any, reason: str) -> None:
    assert simulation.post("/clock", body) == (400, reason)
    assert (simulation.clock.now(), simulation.clock.speed) == (STARTS_AT, 0)
