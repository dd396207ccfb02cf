"""Support without anybody to ring, or after the key for a manager, leads to a message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.caller.turns import Choices, Facts, OpenCallback, Place, Turn
from ivr.twilio.verbs import Enqueue
from tests.ivr.caller.steps import CLOSED, NOW, OPEN, spoken, step

AGAIN = replace(CLOSED, open_callback=OpenCallback("AK-417", NOW))


def test_within_hours_without_technicians_the_caller_leaves_a_message() -> None:
    nobody = replace(OPEN, technicians=())
    assert "All our technicians are busy" in spoken(step(Turn(Place.INCOMING), nobody))


@pytest.mark.parametrize(
    ("facts", "heard"),
    [
        (OPEN, "We will tell a manager that you asked for one. Please leave a message after the beep"),
        (CLOSED, "We are currently closed. We will tell a manager that you asked for one. If everything is down"),
        (AGAIN, "We will tell a manager that you asked. Please leave a message after the beep. It will be added"),
    ],
)
def test_a_manager_is_asked_for_in_the_menu_at_any_hour(facts: Facts, heard: str) -> None:
    reply = step(Turn(Place.MENU, digits="0"), replace(facts, line="toll-free"))
    assert spoken(reply).startswith(heard)
    assert "press 0" not in spoken(reply)
    assert (reply.choices, reply.promises) == (Choices(wants_manager=True), True)
    assert not any(isinstance(verb, Enqueue) for verb in reply.verbs)
    assert reply.chose_what == "0 in the menu: manager"
