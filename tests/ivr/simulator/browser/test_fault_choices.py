"""Every fault on the browser phone: how it is described, whom it meets, and what it does."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator import Fault, FaultKind, Place
from ivr.simulator.browser.fault_choices import FAULT_CHOICES, FaultChoice, description_of, fault_choice
from tests.ivr.simulator.simulation import AMY, BEN, OURS, Simulation

EVERY_CHOICE = [item for group in FAULT_CHOICES.values() for item in group.items()]


@pytest.mark.parametrize(("name", "choice"), EVERY_CHOICE, ids=[name for name, _ in EVERY_CHOICE])
def test_a_fault_is_listed_in_its_own_words_when_it_is_switched_on(
    simulation: Simulation, name: str, choice: FaultChoice
) -> None:
    assert simulation.switch_on(name) == (204, "")
    assert simulation.state()["faults"] == [{"description": choice.description, "only_for": "", "remaining": 1}]


def test_every_fault_has_a_name_and_words_of_its_own() -> None:
    assert len({name for name, _ in EVERY_CHOICE}) == len(EVERY_CHOICE)
    assert len({choice.description for _, choice in EVERY_CHOICE}) == len(EVERY_CHOICE)
    assert all(choice.description.endswith(".") for _, choice in EVERY_CHOICE)


def test_a_fault_that_cannot_be_chosen_is_described_by_its_values() -> None:
    assert description_of(Fault(Place.ACTION, FaultKind.REORDERED)) == "action: reordered"


@pytest.mark.parametrize("name", ["gremlins", "", None, ["busy"]])
def test_there_is_no_fault_of_another_name(name: object) -> None:
    assert fault_choice(name) is None


@pytest.mark.parametrize("name", ["too-many-requests", "undelivered", "silent"])
def test_a_fault_can_be_limited_to_one_phone(simulation: Simulation, name: str) -> None:
    simulation.switch_on(name, "always", AMY)
    assert simulation.state()["faults"][0]["only_for"] == "Amy Roy"
    simulation.text(BEN)
    if name == "too-many-requests":
        with pytest.raises(TwilioRestException):
            simulation.text(AMY)
    else:
        simulation.text(AMY)
    assert [len(simulation.texts_of(number)) for number in (AMY, BEN)] == [0, 1]


@pytest.mark.parametrize(("name", "status"), [("busy", "busy"), ("unreachable", "failed"), ("voicemail", "ringing")])
def test_a_phone_does_for_one_call_what_the_fault_says(simulation: Simulation, name: str, status: str) -> None:
    simulation.switch_on(name, 1, AMY)
    assert [simulation.call(AMY), simulation.call(AMY)] == [status, "ringing"]


def test_a_private_voicemail_answers_by_itself(simulation: Simulation) -> None:
    simulation.switch_on("voicemail", 1, AMY)
    simulation.call(AMY)
    simulation.advance(20)
    assert [fields["CallStatus"] for fields in simulation.requests_to("page")] == ["in-progress"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("undelivered", "undelivered"),
        ("landline", "undelivered"),
        ("unregistered", "undelivered"),
        ("silent", "sent"),
    ],
)
def test_what_became_of_a_text_is_reported(simulation: Simulation, name: str, status: str) -> None:
    simulation.switch_on(name)
    simulation.text(AMY)
    report = simulation.requests_to("report")[-1]
    assert (report["To"], report["MessageStatus"]) == (AMY, status)


def test_a_late_text_comes_two_minutes_late(simulation: Simulation) -> None:
    simulation.switch_on("text-late")
    simulation.carrier.phone(AMY).send_text(OURS, "583112")
    simulation.carrier.run_due()
    simulation.advance(119)
    assert simulation.carrier.ledger.webhooks == []
    simulation.advance(2)
    assert [webhook.kind for webhook in simulation.carrier.ledger.webhooks] == ["sms"]
