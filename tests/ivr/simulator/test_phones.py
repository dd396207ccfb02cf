"""Phones: what they show, and what is asked of the network when somebody uses them."""

from __future__ import annotations

import wave

import pytest

from ivr.simulator.phones import LegState
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, Simulation, heard, tone


@pytest.mark.parametrize("caller_id", ["ANONYMOUS", "", "+266696687", "sip:x@example.com"])
def test_a_withheld_caller_id_comes_through_as_it_is(simulation: Simulation, caller_id: str) -> None:
    simulation.documents["voice"] = "<Hangup/>"
    simulation.carrier.phone(CUSTOMER).dial(OURS, caller_id=caller_id)
    simulation.advance(2)
    assert simulation.requests_to("voice")[0]["From"] == caller_id


def test_what_the_network_says_of_a_caller_comes_with_the_call(simulation: Simulation) -> None:
    phone = simulation.carrier.phone(CUSTOMER)
    phone.stir_verstat, phone.caller_name = "TN-Validation-Passed-A", "ACME WIDGETS"
    simulation.dial("<Hangup/>", 2)
    for request in (*simulation.requests_to("voice"), *simulation.requests_to("status")):
        assert (request["StirVerstat"], request["CallerName"]) == ("TN-Validation-Passed-A", "ACME WIDGETS")


def test_a_network_that_says_nothing_of_a_caller_sends_no_empty_fields(simulation: Simulation) -> None:
    simulation.dial("<Hangup/>", 2)
    assert {"StirVerstat", "CallerName"} & set(simulation.requests_to("voice")[0]) == set()


def test_a_phone_that_is_called_rings_and_shows_the_caller(simulation: Simulation) -> None:
    phone = simulation.carrier.phone(AMY)
    assert phone.ringing is None
    simulation.call(AMY)
    leg = simulation.ringing(AMY)
    assert (leg.state, leg.incoming, leg.other_party) == (LegState.RINGING, True, OURS)
    leg.answer()
    assert leg.state is LegState.RINGING, "nothing happens before the events are run"
    simulation.carrier.run_due()
    assert phone.ringing is None


def test_a_phone_that_calls_us_shows_our_number(simulation: Simulation) -> None:
    leg = simulation.dial("<Pause length='60'/>", 1)
    assert (leg.state, leg.incoming, leg.other_party) == (LegState.IN_PROGRESS, False, OURS)
    leg.hang_up()
    simulation.carrier.run_due()
    assert leg.state is LegState.ENDED


def test_a_call_that_is_rejected_is_busy(simulation: Simulation) -> None:
    simulation.call(AMY)
    leg = simulation.ringing(AMY)
    leg.reject()
    simulation.advance(1)
    assert (leg.state, leg.call.status) == (LegState.ENDED, "busy")


def test_what_one_phone_says_is_heard_on_the_one_that_it_is_connected_to(simulation: Simulation) -> None:
    leg = simulation.dial(f"<Dial>{AMY}</Dial>", 1)
    other = simulation.ringing(AMY)
    other.answer()
    simulation.advance(1)
    leg.speak(tone(3))
    simulation.advance(1)
    assert leg.bridged
    assert heard(other) == [f"{CUSTOMER} speaks for 3 seconds"]


def test_a_file_that_is_not_a_wav_cannot_be_spoken(simulation: Simulation) -> None:
    leg = simulation.dial("<Record/>", 1)
    with pytest.raises((wave.Error, EOFError)):
        leg.speak(b"not a WAV file")
    assert leg.speaking is None
