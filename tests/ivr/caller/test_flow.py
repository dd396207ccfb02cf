"""Every place answers, and always leads on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.desk.desk_file import Language
from ivr.caller.turns import Choices, Facts, Place, Turn
from ivr.twilio.verbs import Dial, Enqueue, Gather, Hangup, Leave, Redirect
from tests.ivr.caller.steps import CLOSED, OPEN, step


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("facts", [CLOSED, OPEN, replace(OPEN, technicians=()), replace(CLOSED, line="toll-free")])
@pytest.mark.parametrize("place", Place)
def test_every_turn_says_something_or_goes_on_and_ends_with_a_way_out(
    place: Place, facts: Facts, language: Language
) -> None:
    reply = step(Turn(place, Choices(language)), facts)
    assert isinstance(reply.verbs[-1], Redirect | Hangup | Dial | Gather | Enqueue | Leave)


def test_only_the_beep_is_recorded_as_the_beep() -> None:
    assert [place for place in Place if step(Turn(place)).at_beep] == [Place.BEEP]
