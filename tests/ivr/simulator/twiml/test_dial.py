"""<Dial>: who is called, when both are connected, and what becomes of the call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator import Habit
from tests.ivr.simulator.simulation import AMY, Simulation, heard


def test_a_dialed_phone_hears_its_own_document_before_it_is_connected(simulation: Simulation) -> None:
    simulation.documents |= {
        "screen": "<Gather numDigits='1' action='/key'><Say>press 1</Say></Gather><Hangup/>",
        "key": "",
    }
    leg = simulation.dial(f"<Dial action='/dialed'><Number url='/screen'>{AMY}</Number></Dial>", 1)
    amys = simulation.ringing(AMY)
    amys.answer()
    simulation.advance(1)
    assert (heard(amys), leg.bridged) == (["press 1"], False)
    amys.press("1")
    simulation.advance(5)
    assert leg.bridged
    amys.hang_up()
    simulation.advance(2)
    dialed = simulation.requests_to("dialed")[0]
    assert (dialed["DialCallStatus"], dialed["DialBridged"]) == ("completed", "true")


def test_keys_are_pressed_once_the_other_phone_has_answered(simulation: Simulation) -> None:
    simulation.dial(f"<Dial action='/dialed'><Number sendDigits='wwww204'>{AMY}</Number></Dial>", 1)
    amys = simulation.ringing(AMY)
    amys.answer()
    simulation.advance(1)
    assert heard(amys) == []
    simulation.advance(2)
    assert heard(amys) == ["keys 204"]


def test_a_private_voicemail_that_hears_the_screen_is_never_connected(simulation: Simulation) -> None:
    simulation.documents["screen"] = (
        "<Gather numDigits='1' action='/key' timeout='5'><Say>press 1</Say></Gather><Hangup/>"
    )
    phone = simulation.carrier.phone(AMY)
    phone.habit, phone.voicemail_after = Habit.VOICEMAIL, timedelta(seconds=5)
    leg = simulation.dial(f"<Dial action='/dialed'><Number url='/screen'>{AMY}</Number></Dial>", 40)
    assert simulation.requests_to("dialed")[0]["DialBridged"] == "false"
    assert leg.state == "ended"


ENDINGS = {
    Habit.REJECTS: "busy",
    Habit.BUSY: "busy",
    Habit.UNREACHABLE: "failed",
    Habit.RINGS: "no-answer",
}


@pytest.mark.parametrize(("habit", "status"), ENDINGS.items())
def test_the_action_gets_what_became_of_the_call(simulation: Simulation, habit: Habit, status: str) -> None:
    simulation.carrier.phone(AMY).habit = habit
    simulation.dial(f"<Dial action='/dialed' timeout='10'>{AMY}</Dial>", 30)
    assert simulation.requests_to("dialed")[0]["DialCallStatus"] == status


def test_a_caller_who_hangs_up_cancels_the_call(simulation: Simulation) -> None:
    leg = simulation.dial(f"<Dial action='/dialed'>{AMY}</Dial>", 2)
    other = simulation.ringing(AMY)
    leg.hang_up()
    simulation.advance(1)
    assert (other.call.status, simulation.requests_to("dialed")) == ("canceled", [])


def test_a_foreign_caller_id_is_refused(simulation: Simulation) -> None:
    simulation.dial(f"<Dial callerId='+15550001111'>{AMY}</Dial>", 5)
    assert simulation.carrier.ledger.errors[0].startswith("13214")
    assert simulation.carrier.phone(AMY).legs == []


def test_the_other_call_is_reported_at_the_events_that_were_asked_for(simulation: Simulation) -> None:
    number = f"<Number statusCallback='/leg' statusCallbackEvent='ringing completed'>{AMY}</Number>"
    simulation.dial(f"<Dial timeout='5'>{number}</Dial>", 10)
    assert [fields["CallStatus"] for fields in simulation.requests_to("leg")] == ["ringing", "no-answer"]
