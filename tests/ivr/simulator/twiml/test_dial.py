"""<Dial>: who is called, when both are connected, and what becomes of the call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator import Fault, FaultKind, Habit, Leg, Place
from tests.ivr.simulator.simulation import AMY, BEN, Simulation, heard


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


BOTH = "".join(f"<Number url='/screen'>{number}</Number>" for number in (AMY, BEN))


@pytest.fixture
def both_ring(simulation: Simulation) -> tuple[Leg, Leg, Leg]:
    """A caller and two phones that ring together. Key 1 takes the call."""
    simulation.documents |= {
        "screen": "<Gather numDigits='1' action='/key' timeout='5'><Say>press 1</Say></Gather><Hangup/>",
        "key": "",
    }
    leg = simulation.dial(f"<Dial action='/dialed'>{BOTH}</Dial>", 1)
    return leg, simulation.ringing(AMY), simulation.ringing(BEN)


def test_of_phones_that_ring_together_the_first_to_be_picked_up_is_connected(
    simulation: Simulation, both_ring: tuple[Leg, Leg, Leg]
) -> None:
    leg, amys, bens = both_ring
    bens.answer()
    simulation.advance(1)
    assert (amys.call.status, heard(bens)) == ("canceled", ["press 1"])
    bens.press("1")
    simulation.advance(1)
    assert leg.bridged_with is bens
    bens.hang_up()
    simulation.advance(2)
    (dialed,) = simulation.requests_to("dialed")
    assert (dialed["DialCallSid"], dialed["DialBridged"]) == (bens.call.sid, "true")


def test_while_others_ring_one_may_refuse(simulation: Simulation, both_ring: tuple[Leg, Leg, Leg]) -> None:
    leg, amys, bens = both_ring
    amys.reject()
    simulation.advance(2)
    assert (bens.state, simulation.requests_to("dialed")) == ("ringing", [])
    leg.hang_up()
    simulation.advance(1)
    assert (amys.call.status, bens.call.status) == ("busy", "canceled")


def test_nobody_is_connected_when_the_first_lets_the_call_go(
    simulation: Simulation, both_ring: tuple[Leg, Leg, Leg]
) -> None:
    leg, amys, bens = both_ring
    amys.answer()
    simulation.advance(20)
    (dialed,) = simulation.requests_to("dialed")
    assert (dialed["DialCallStatus"], dialed["DialBridged"]) == ("completed", "false")
    assert (bens.call.status, leg.bridged) == ("canceled", False)


ENDINGS = {
    Habit.REJECTS: "busy",
    Habit.BUSY: "busy",
    Habit.NO_SUCH_NUMBER: "failed",
    Habit.SWITCHED_OFF: "no-answer",
    Habit.UNREACHABLE: "failed",
    Habit.NEVER_DIALED: "failed",
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


EVERY_EVENT = f"<Number statusCallback='/leg' statusCallbackEvent='initiated ringing answered completed'>{AMY}</Number>"


def reports(simulation: Simulation) -> list[tuple[str, str]]:
    """Return the status and the SIP response code in each report of the dialed leg, in their order."""
    fields = sorted(simulation.requests_to("leg"), key=lambda report: int(report["SequenceNumber"]))
    assert [report["SequenceNumber"] for report in fields] == [str(place) for place in range(len(fields))]
    return [(report["CallStatus"], report.get("SipResponseCode", "")) for report in fields]


def test_each_report_of_the_dialed_leg_says_which_leg_it_is_and_when(simulation: Simulation) -> None:
    leg = simulation.dial(f"<Dial action='/dialed'>{EVERY_EVENT}</Dial>", 1)
    amys = simulation.ringing(AMY)
    simulation.advance(4)
    amys.answer()
    simulation.advance(61)
    amys.hang_up()
    simulation.advance(2)
    assert reports(simulation) == [("initiated", ""), ("ringing", ""), ("in-progress", ""), ("completed", "200")]
    first, *_, last = simulation.requests_to("leg")
    assert {(r["CallSid"], r["ParentCallSid"]) for r in (first, last)} == {(amys.call.sid, leg.call.sid)}
    assert (first["Timestamp"], last["Timestamp"]) == (
        "Sun, 29 Nov 2026 03:00:00 +0000",
        "Sun, 29 Nov 2026 03:01:06 +0000",
    )
    assert (last["CallDuration"], last["Duration"]) == ("61", "2")
    (dialed,) = simulation.requests_to("dialed")
    assert (dialed["DialCallSid"], dialed["DialCallDuration"]) == (amys.call.sid, "61")


REFUSALS = {
    Habit.BUSY: ("busy", "486"),
    Habit.NO_SUCH_NUMBER: ("failed", "404"),
    Habit.SWITCHED_OFF: ("no-answer", "480"),
    Habit.UNREACHABLE: ("failed", "503"),
}


@pytest.mark.parametrize(("habit", "last"), REFUSALS.items())
def test_a_network_that_refuses_a_call_never_rings(simulation: Simulation, habit: Habit, last: tuple[str, str]) -> None:
    simulation.carrier.phone(AMY).habit = habit
    simulation.dial(f"<Dial>{EVERY_EVENT}</Dial>", 1)
    assert simulation.carrier.phone(AMY).ringing is None
    simulation.advance(10)
    assert reports(simulation) == [("initiated", ""), last]
    assert simulation.carrier.ledger.calls[-1].rang_at is None


def test_a_call_that_is_declined_rang_before(simulation: Simulation) -> None:
    simulation.carrier.phone(AMY).habit = Habit.REJECTS
    simulation.dial(f"<Dial>{EVERY_EVENT}</Dial>", 10)
    assert reports(simulation) == [("initiated", ""), ("ringing", ""), ("busy", "603")]


@pytest.mark.parametrize(("hangs_up_after", "rang"), [(3, False), (7, True)])
def test_a_caller_hangs_up_before_the_other_phone_rings_or_while_it_does(
    simulation: Simulation, hangs_up_after: float, rang: bool
) -> None:
    simulation.carrier.phone(AMY).rings_after = timedelta(seconds=5)
    leg = simulation.dial(f"<Dial>{EVERY_EVENT}</Dial>", hangs_up_after)
    assert (simulation.carrier.phone(AMY).ringing is not None) is rang
    leg.hang_up()
    simulation.advance(60)
    assert reports(simulation) == [("initiated", ""), *([("ringing", "")] if rang else []), ("canceled", "487")]


def test_a_phone_that_does_not_ring_in_time_was_not_answered(simulation: Simulation) -> None:
    simulation.carrier.phone(AMY).rings_after = timedelta(seconds=5)
    simulation.dial(f"<Dial timeout='4'>{EVERY_EVENT}</Dial>", 60)
    assert reports(simulation) == [("initiated", ""), ("no-answer", "487")]


def test_a_call_that_is_never_dialed_leaves_no_trace(simulation: Simulation) -> None:
    simulation.carrier.phone(AMY).habit = Habit.NEVER_DIALED
    leg = simulation.dial(f"<Dial action='/dialed' timeout='10'>{EVERY_EVENT}</Dial>", 9)
    assert (leg.state, simulation.requests_to("dialed")) == ("in-progress", [])
    simulation.advance(2)
    assert [call.sid for call in simulation.carrier.ledger.calls] == [leg.call.sid]
    assert simulation.requests_to("leg") == []
    assert "DialCallSid" not in simulation.requests_to("dialed")[0]


def test_a_false_bridge_is_answered_and_connects_nobody(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.BRIDGE, FaultKind.FALSE_BRIDGE))
    leg = simulation.dial(f"<Dial action='/dialed'>{EVERY_EVENT}</Dial>", 1)
    simulation.ringing(AMY).answer()
    simulation.advance(1)
    assert not leg.bridged
    simulation.advance(9)
    assert reports(simulation)[2:] == [("in-progress", ""), ("completed", "200")]
    (dialed,) = simulation.requests_to("dialed")
    assert (dialed["DialCallStatus"], dialed["DialBridged"], dialed["DialCallDuration"]) == ("completed", "false", "3")


def test_the_other_call_is_reported_at_the_events_that_were_asked_for(simulation: Simulation) -> None:
    number = f"<Number statusCallback='/leg' statusCallbackEvent='ringing completed'>{AMY}</Number>"
    simulation.dial(f"<Dial timeout='5'>{number}</Dial>", 10)
    assert [fields["CallStatus"] for fields in simulation.requests_to("leg")] == ["ringing", "no-answer"]
