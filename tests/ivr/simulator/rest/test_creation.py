"""Texts and calls that cannot be are refused with Twilio's codes."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator import SmsHabit
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, Simulation


@pytest.mark.parametrize(
    ("change", "code"),
    [({"to": "Amy"}, 21211), ({"from_": CUSTOMER}, 21606), ({"body": ""}, 21602), ({"body": "x" * 1601}, 21617)],
)
def test_a_text_that_cannot_be_is_refused_with_twilios_code(
    simulation: Simulation, change: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        simulation.client.messages.create(**{"to": AMY, "from_": OURS, "body": "hello", **change})
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("change", "code"), [({"to": "Amy"}, 21211), ({"from_": AMY}, 21210), ({"url": "ftp://app.test"}, 21205)]
)
def test_a_call_that_cannot_be_is_refused_with_twilios_code(
    simulation: Simulation, change: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        simulation.client.calls.create(**{"to": AMY, "from_": OURS, "url": "https://app.test/page", **change})
    assert refused.value.code == code
    assert simulation.carrier.ledger.calls == []


def test_a_call_runs_the_document_that_came_with_it(simulation: Simulation) -> None:
    document = "<Response><Say>hello</Say></Response>"
    simulation.client.calls.create(to=AMY, from_=OURS, twiml=document)
    simulation.advance(10)
    (leg,) = simulation.carrier.phone(AMY).legs
    simulation.carrier.answer(leg)
    simulation.advance(10)
    assert [heard.text for heard in leg.heard] == ["hello"]
    assert simulation.carrier.ledger.errors == []


def test_a_document_that_came_with_a_call_is_read_as_strictly(simulation: Simulation) -> None:
    simulation.client.calls.create(to=AMY, from_=OURS, twiml="<Response><Speak>hello</Speak></Response>")
    simulation.advance(10)
    simulation.carrier.answer(simulation.carrier.phone(AMY).legs[0])
    simulation.advance(10)
    assert len(simulation.carrier.ledger.errors) == 1


@pytest.mark.parametrize(("habit", "code"), [(SmsHabit.STOPPED, 21610), (SmsHabit.NO_TEXTS, 21614)])
def test_a_phone_that_takes_no_texts_is_refused_at_once(simulation: Simulation, habit: SmsHabit, code: int) -> None:
    simulation.carrier.phone(AMY).sms_habit = habit
    with pytest.raises(TwilioRestException) as refused:
        simulation.client.messages.create(to=AMY, from_=OURS, body="hello")
    assert refused.value.code == code
    assert simulation.carrier.ledger.messages == []


def test_a_messaging_service_sends_from_a_number_of_the_account(simulation: Simulation) -> None:
    simulation.client.messages.create(to=AMY, messaging_service_sid=f"MG{'0' * 32}", body="hello")
    assert simulation.carrier.ledger.messages[0].from_ == OURS
