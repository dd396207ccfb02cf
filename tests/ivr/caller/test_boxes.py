"""A message into another box: its prompts in both languages, and that it promises no call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.caller import boxes
from ivr.caller.turns import Choices, Place, Step, Turn
from ivr.twilio.verbs import Redirect
from tests.callbacks.desk.flows import desk_with
from tests.ivr.caller.steps import CLOSED, URLS, spoken
from tests.ivr.caller.walking import turn_at


@pytest.mark.parametrize(
    ("language", "heard"),
    [("en", "Please leave a message after the beep. It goes to: sales."), ("fr", "Il sera transmis à : les ventes.")],
)
def test_a_box_is_named_and_kept(language: str, heard: str) -> None:
    turn = Turn(Place.MENU, Choices("fr" if language == "fr" else "en", product="modusHosted"))
    reply = boxes.to_box(Step(desk_with(), URLS, turn, replace(CLOSED, line="toll-free")), "sales")
    assert heard in spoken(reply)
    assert not reply.promises
    beep = reply.verbs[-1]
    assert isinstance(beep, Redirect)
    assert turn_at(beep.url).choices == Choices(turn.language, product="modusHosted", box="sales")
    assert reply.choices == turn_at(beep.url).choices
