"""Webhooks: what they say, and the faults that they meet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator import Fault, FaultKind, Habit, Place
from ivr.simulator.ledger import WebhookKind
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, Simulation


def test_a_call_is_asked_for_its_document_once_and_reported_when_it_ends(simulation: Simulation) -> None:
    simulation.dial("<Say>hello</Say>", 20)
    (first,), last = simulation.requests_to("voice"), simulation.requests_to("status")[-1]
    assert (first["CallStatus"], first["From"], first["To"], first["Direction"]) == (
        "ringing",
        CUSTOMER,
        OURS,
        "inbound",
    )
    assert (last["CallStatus"], last["CallSid"], last["SequenceNumber"]) == ("completed", first["CallSid"], "0")


@pytest.mark.parametrize(
    ("kind", "times"), [(FaultKind.LOST, 0), (FaultKind.DUPLICATED, 2), (FaultKind.LATE, 1), (FaultKind.REORDERED, 1)]
)
def test_webhooks_fail_on_request(simulation: Simulation, kind: FaultKind, times: int) -> None:
    simulation.carrier.faults.add(Fault(Place.STATUS, kind, delay=timedelta(seconds=30)))
    simulation.dial("<Say>hello</Say>", 2)
    is_delayed = kind in (FaultKind.LATE, FaultKind.REORDERED)
    assert len(simulation.requests_to("status")) == (0 if is_delayed else times)
    simulation.advance(60)
    assert len(simulation.requests_to("status")) == times


def test_a_report_that_is_reordered_comes_after_the_next_one(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.MESSAGE_STATUS, FaultKind.REORDERED))
    simulation.text(AMY)
    assert [fields["MessageStatus"] for fields in simulation.requests_to("report")] == ["delivered", "sent"]


def test_an_application_that_fails_or_cannot_be_reached_is_an_error_in_the_debugger(simulation: Simulation) -> None:
    webhooks, errors = simulation.carrier.webhooks, simulation.carrier.ledger.errors
    unreachable = webhooks.deliver(WebhookKind.STATUS, "https://127.0.0.1:1/status", {"To": OURS})
    assert (unreachable.status, errors) == (
        None,
        ["11200 https://127.0.0.1:1/status could not be reached: ConnectionError"],
    )
    missing = webhooks.deliver(WebhookKind.STATUS, "https://app.test/", {"To": OURS})
    assert (missing.status, errors[1:]) == (404, ["11200 https://app.test/ answered 404"])


@pytest.mark.parametrize(("habit", "answered_by"), [(Habit.VOICEMAIL, "machine_start"), (Habit.RINGS, "human")])
def test_answering_machine_detection_reports_who_answered(
    simulation: Simulation, habit: Habit, answered_by: str
) -> None:
    phone = simulation.carrier.phone(AMY)
    phone.habit, phone.voicemail_after = habit, timedelta(seconds=2)
    number = f"<Number machineDetection='Enable' amdStatusCallback='/who'>{AMY}</Number>"
    simulation.dial(f"<Dial>{number}</Dial>", 1)
    if habit is Habit.RINGS:
        simulation.ringing(AMY).answer()
    simulation.advance(10)
    assert [fields["AnsweredBy"] for fields in simulation.requests_to("who")] == [answered_by]
