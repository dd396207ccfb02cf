"""Support without anybody to ring leads to a message."""

from __future__ import annotations

from dataclasses import replace

from ivr.caller.turns import Place, Turn
from tests.ivr.caller.steps import OPEN, spoken, step


def test_within_hours_without_technicians_the_caller_leaves_a_message() -> None:
    nobody = replace(OPEN, technicians=())
    assert "All our technicians are busy" in spoken(step(Turn(Place.INCOMING), nobody))
