"""In support hours technicians are rung in turn, and a call ends only after a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.caller.turns import Place, Turn
from ivr.twilio.verbs import Dial, Hangup
from tests.ivr.caller.steps import DESK, NOW, OPEN, spoken, step


def test_technicians_are_called_one_after_the_other_then_the_caller_leaves_a_message() -> None:
    called = []
    for rung, then in (((), "1"), ((1,), "1-2")):
        reply = step(Turn(Place.RING, rung=rung), OPEN)
        dial = reply.verbs[-1]
        assert isinstance(dial, Dial)
        assert dial.action.endswith(f"rung={then}")
        called.append((dial.number, reply.rings))
    assert called == [("+15145550101", 1), ("+15145550102", 2)]
    assert "All our technicians are busy. Please leave a message" in spoken(step(Turn(Place.RING, rung=(1, 2)), OPEN))


def test_who_was_rung_is_not_rung_again_when_the_list_changes() -> None:
    """Technician 1 was on another call when this one came, and is free now that technician 2 did not answer."""
    reply = step(Turn(Place.RING, rung=(2,)), OPEN)
    assert reply.rings == 1
    assert step(Turn(Place.RING, rung=(2, 1)), OPEN).promises


@pytest.mark.parametrize(
    ("bridged", "picked_up", "accepted_by", "have_spoken"),
    [
        (True, True, 1, True),
        (True, True, None, True),  # the key could not be stored
        (None, True, 1, True),  # a carrier that does not say
        (False, True, 1, False),  # the technician hung up before they were connected
        (None, False, 1, False),
        (False, True, None, False),  # a private voicemail
        (None, True, None, False),
        (False, False, None, False),
        (False, True, 2, True),  # a late report: somebody else has taken the call since
    ],
)
def test_a_call_ends_only_after_a_conversation(
    bridged: bool | None, picked_up: bool, accepted_by: int | None, have_spoken: bool
) -> None:
    turn = Turn(Place.RING, rung=(1,), bridged=bridged, picked_up=picked_up)
    reply = step(turn, replace(OPEN, accepted_by=accepted_by))
    assert (reply.verbs == (Hangup(),)) is have_spoken
    assert reply.not_connected == (None if have_spoken else accepted_by)
    assert reply.rings == (None if have_spoken else 2)


def test_no_one_is_called_after_the_longest_wait() -> None:
    longest = DESK.ringing.longest_hunt + DESK.ringing.each
    assert isinstance(step(Turn(Place.RING), replace(OPEN, now=NOW + longest)).verbs[-1], Dial)
    late = replace(OPEN, now=NOW + longest + timedelta(seconds=1))
    assert "leave a message" in spoken(step(Turn(Place.RING), late))
