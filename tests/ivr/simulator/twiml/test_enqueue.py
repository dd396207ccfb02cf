"""<Enqueue>, <Leave> and <Dial><Queue>: what a waiting caller hears, who gets them, and how the wait ends."""

from __future__ import annotations

import pytest

from ivr.simulator import Leg
from tests.ivr.simulator.simulation import AMY, OURS, Simulation, heard

WAITS = "<Gather numDigits='1' timeout='1' action='/key' actionOnEmptyResult='true'><Say>please wait</Say></Gather>"
ENQUEUE = "<Enqueue action='/left' waitUrl='/wait'>callers</Enqueue>"


def enqueued(simulation: Simulation, wait: str = WAITS, key: str = "<Redirect>/wait</Redirect>") -> Leg:
    simulation.documents |= {"wait": wait, "key": key, "left": "<Say>bye</Say><Hangup/>"}
    return simulation.dial(ENQUEUE, 1)


def takes_from(simulation: Simulation, queue: str = "callers", timeout: int = 5) -> Leg:
    """Amy is called, and dials a queue when she answers."""
    simulation.documents["page"] = f"<Dial timeout='{timeout}' action='/dialed'><Queue>{queue}</Queue></Dial>"
    simulation.client.calls.create(to=AMY, from_=OURS, url="https://app.test/page")
    simulation.advance(1)
    leg = simulation.ringing(AMY)
    leg.answer()
    simulation.advance(1)
    return leg


def test_a_caller_hears_the_waiting_document_again_and_again_with_their_place_in_the_queue(
    simulation: Simulation,
) -> None:
    leg = enqueued(simulation)
    simulation.advance(5)
    assert heard(leg)[:2] == ["please wait", "please wait"]
    first = simulation.requests_to("wait")[0]
    names = ("QueuePosition", "CurrentQueueSize", "QueueTime", "AvgQueueTime")
    assert [first[name] for name in names] == ["1", "1", "0", "0"]
    assert first["QueueSid"].startswith("QU")


def test_who_dials_the_queue_is_connected_and_the_action_follows_the_conversation(simulation: Simulation) -> None:
    leg = enqueued(simulation)
    amys = takes_from(simulation)
    assert (leg.bridged_with, amys.bridged_with) == (amys, leg)
    waited = len(simulation.requests_to("wait"))
    simulation.advance(20)
    assert (len(simulation.requests_to("wait")), simulation.requests_to("left")) == (waited, [])
    amys.hang_up()
    simulation.advance(2)
    assert simulation.requests_to("left")[0]["QueueResult"] == "bridged"
    assert heard(leg)[-1] == "bye"


def test_when_the_caller_hangs_up_after_a_conversation_the_other_document_goes_on(simulation: Simulation) -> None:
    leg = enqueued(simulation)
    amys = takes_from(simulation)
    simulation.advance(10)
    leg.hang_up()
    simulation.advance(2)
    assert simulation.requests_to("left")[0]["QueueResult"] == "bridged"
    (dialed,) = simulation.requests_to("dialed")
    assert (dialed["DialCallStatus"], dialed["DialBridged"]) == ("completed", "true")
    assert amys.state == "ended"


def test_a_caller_who_hangs_up_while_waiting_is_reported(simulation: Simulation) -> None:
    leg = enqueued(simulation)
    leg.hang_up()
    simulation.advance(2)
    assert [each["QueueResult"] for each in simulation.requests_to("left")] == ["hangup"]


def test_leave_takes_the_caller_out_at_once(simulation: Simulation) -> None:
    leg = enqueued(simulation, key="<Leave/>")
    leg.press("0")
    simulation.advance(2)
    (left,) = simulation.requests_to("left")
    assert left["QueueResult"] == "leave"
    assert heard(leg)[-1] == "bye"


def test_one_caller_goes_to_one_person_only(simulation: Simulation) -> None:
    leg = enqueued(simulation)
    amys = takes_from(simulation)
    simulation.client.calls.create(to="+15145550102", from_=OURS, url="https://app.test/page")
    simulation.advance(1)
    bens = simulation.ringing("+15145550102")
    bens.answer()
    simulation.advance(7)
    assert (leg.bridged_with, bens.bridged) == (amys, False)
    (dialed,) = simulation.requests_to("dialed")
    assert dialed["DialCallStatus"] == "no-answer"


def test_who_dials_an_empty_queue_gets_the_next_caller_who_joins_it(simulation: Simulation) -> None:
    enqueued(simulation).hang_up()
    simulation.advance(2)
    amys = takes_from(simulation, timeout=20)
    second = enqueued(simulation)
    simulation.advance(1)
    assert second.bridged_with is amys


def test_a_queue_that_does_not_exist_cannot_be_dialed(simulation: Simulation) -> None:
    takes_from(simulation, "nobody")
    assert simulation.requests_to("dialed")[0]["DialCallStatus"] == "failed"


@pytest.mark.parametrize("verb", ["<Dial>+15145550101</Dial>", "<Record/>", "<Enqueue>others</Enqueue>", "<Reject/>"])
def test_a_waiting_caller_hears_only_what_twilio_allows_there(simulation: Simulation, verb: str) -> None:
    enqueued(simulation, wait=f"<Say>wait</Say>{verb}")
    assert any(error.startswith("14202") for error in simulation.carrier.ledger.errors)


def test_a_call_that_is_in_no_queue_cannot_leave_one(simulation: Simulation) -> None:
    simulation.dial("<Leave/>", 1)
    assert any("in no queue" in error for error in simulation.carrier.ledger.errors)


def test_without_a_document_the_caller_hears_music_until_somebody_comes(simulation: Simulation) -> None:
    leg = simulation.dial("<Enqueue action='/left'>callers</Enqueue>", 30)
    assert leg.state == "in-progress"
    assert takes_from(simulation).bridged
