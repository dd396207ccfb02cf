"""Which phones a choice rings, in which order, and when it gives up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.desk.menus import Destination, Leads
from ivr.caller import teams
from ivr.caller.turns import Facts, Place, Step, Turn
from ivr.twilio.verbs import Dial
from tests.callbacks.desk.flows import MENUS, desk_with
from tests.ivr.caller.steps import CLOSED, URLS, spoken, technician
from tests.ivr.caller.walking import turn_at

SALES, COUNTER = Destination(Leads.TEAM, "sales"), Destination(Leads.TEAM, "counter")
OFFICE = Destination(Leads.DIAL, "+15145550140")
FACTS = replace(CLOSED, line="toll-free", layers={"backup": (technician(3), technician(4))})


TOGETHER = MENUS.replace("[teams.sales]\n", '[teams.sales]\nring = "together"\nlayers = ["backup"]\n')


def rung(to: Destination, *called: str, toml: str = MENUS, facts: Facts = FACTS) -> Dial | None:
    turn = Turn(Place.TEAM, way=("main", "sales"), key="1", called=called)
    reply = teams.ring_next(Step(desk_with(toml), URLS, turn, facts), to)
    if reply is None:
        return None
    dial = reply.verbs[-1]
    assert isinstance(dial, Dial)
    return dial


def test_the_phones_of_a_team_are_rung_in_order_and_each_once() -> None:
    called: list[str] = []
    while (dial := rung(SALES, *called)) is not None:
        called += dial.numbers
        assert turn_at(dial.action).called == tuple(called)
        assert (turn_at(dial.action).way, turn_at(dial.action).key) == (("main", "sales"), "1")
        assert "/voice/team/screen?" in dial.screen
    assert called == ["+15145550141", "+15145550142"]


def test_the_phones_of_a_team_may_ring_together() -> None:
    everybody = ("+15145550141", "+15145550142", "+15145550103", "+15145550104")
    dial = rung(SALES, toml=TOGETHER)
    assert dial is not None
    assert dial.numbers == turn_at(dial.action).called == everybody
    assert rung(SALES, *everybody, toml=TOGETHER) is None


def test_more_people_on_call_than_the_carrier_calls_at_once_ring_in_a_second_round() -> None:
    crowd = replace(FACTS, layers={"backup": tuple(technician(id) for id in range(1, 10))})
    first = rung(SALES, toml=TOGETHER, facts=crowd)
    assert first is not None
    second = rung(SALES, *first.numbers, toml=TOGETHER, facts=crowd)
    assert second is not None
    assert (len(first.numbers), second.numbers) == (10, ("+15145550109",))


def test_a_layer_is_rung_as_it_is_on_call() -> None:
    first, second = rung(COUNTER), rung(COUNTER, "+15145550103")
    assert first is not None
    assert second is not None
    assert (first.numbers, second.numbers) == (("+15145550103",), ("+15145550104",))
    assert rung(COUNTER, "+15145550103", "+15145550104") is None


def test_an_outside_number_is_connected_without_a_key() -> None:
    dial = rung(OFFICE)
    assert dial is not None
    assert (dial.numbers, dial.caller_id) == (("+15145550140",), "+18884847266")
    assert "/voice/team/answered?" in dial.screen
    assert rung(OFFICE, "+15145550140") is None


def test_a_large_team_is_not_rung_for_ever() -> None:
    """Each phone rings for 20 seconds, and support is tried for 90."""
    numbers = ", ".join(f'"+15145550{n}"' for n in range(150, 160))
    desk = desk_with(MENUS.replace('numbers = ["+15145550141", "+15145550142"]', f"numbers = [{numbers}]"))
    called: tuple[str, ...] = ()
    while True:
        turn = Turn(Place.TEAM, way=("main", "sales"), key="1", called=called)
        reply = teams.ring_next(Step(desk, URLS, turn, FACTS), SALES)
        if reply is None:
            break
        assert "hold" in spoken(reply)
        dial = reply.verbs[-1]
        assert isinstance(dial, Dial)
        called = turn_at(dial.action).called
    assert len(called) == 5


@pytest.mark.parametrize(
    ("bridged", "picked_up", "have_spoken"),
    [(True, True, True), (False, True, False), (False, False, False), (None, True, True), (None, False, False)],
)
def test_whether_the_two_have_spoken(bridged: bool | None, picked_up: bool, have_spoken: bool) -> None:
    assert teams.have_spoken(Turn(Place.TEAM, bridged=bridged, picked_up=picked_up)) is have_spoken
