"""The carrier: phones and calls on one clock, and nothing happens before the events are run."""

from __future__ import annotations

from ivr.simulator.carrier import Carrier
from sla.clock import MovingClock
from tests.ivr.simulator.simulation import ACCOUNT, AMY, CUSTOMER, OURS, STARTS_AT, TOKEN, Simulation


def test_a_number_has_one_phone_which_keeps_its_latest_name() -> None:
    carrier = Carrier(MovingClock(STARTS_AT), ACCOUNT, TOKEN)
    phone = carrier.phone(AMY)
    assert phone.name == AMY
    assert carrier.phone(AMY, "Amy Roy") is phone
    assert (carrier.phone(AMY).name, carrier.phone(CUSTOMER).name) == ("Amy Roy", CUSTOMER)


def test_nothing_happens_before_the_events_are_run(simulation: Simulation) -> None:
    leg = simulation.carrier.phone(CUSTOMER).dial(OURS)
    simulation.carrier.phone(AMY).send_text(OURS, "hello")
    assert (simulation.requests, simulation.carrier.ledger.messages) == ([], [])
    assert simulation.carrier.next_event_at == simulation.carrier.now == STARTS_AT
    simulation.carrier.run_due()
    assert [path for path, _ in simulation.requests] == ["voice", "sms"]
    assert simulation.carrier.ledger.calls == [leg.call]


def test_the_urls_of_a_number_can_be_set_anew(simulation: Simulation) -> None:
    simulation.carrier.own_number(OURS, voice_url="https://app.test/other")
    simulation.dial("", 1)
    assert [path for path, _ in simulation.requests] == ["other"]
