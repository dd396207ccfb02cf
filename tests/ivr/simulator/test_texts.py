"""Texts: sent, delivered or not, reported, received and replied to."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator import SmsHabit
from tests.ivr.simulator.simulation import AMY, OURS, Simulation


def test_a_text_is_created_sent_delivered_and_reported(simulation: Simulation) -> None:
    sent = simulation.client.messages.create(
        to=AMY, from_=OURS, body="hello", status_callback="https://app.test/sms-status"
    )
    assert sent.status == "queued"
    simulation.advance(5)
    assert simulation.texts_of(AMY) == ["hello"]
    assert [fields["MessageStatus"] for fields in simulation.requests_to("sms-status")] == ["sent", "delivered"]
    assert simulation.client.messages(sent.sid).fetch().status == "delivered"


def test_a_text_that_is_not_delivered_says_why(simulation: Simulation) -> None:
    simulation.carrier.phone(AMY).sms_habit = SmsHabit.UNDELIVERED
    simulation.client.messages.create(to=AMY, from_=OURS, body="hello", status_callback="https://app.test/sms-status")
    simulation.advance(5)
    assert simulation.requests_to("sms-status")[-1]["ErrorCode"] == "30003"


def test_a_text_that_comes_in_is_answered_by_its_document(simulation: Simulation) -> None:
    simulation.documents["sms"] = "<Message>thank you</Message>"
    simulation.carrier.phone(AMY).send_text(OURS, "583112")
    simulation.advance(5)
    assert simulation.requests_to("sms")[0]["Body"] == "583112"
    assert simulation.texts_of(AMY) == ["thank you"]


def test_a_reply_that_is_not_valid_is_an_error_and_is_not_sent(simulation: Simulation) -> None:
    simulation.documents["sms"] = "<Mesage>thank you</Mesage>"
    simulation.carrier.phone(AMY).send_text(OURS, "583112")
    simulation.advance(5)
    assert simulation.carrier.ledger.errors[0].startswith("12200")
    assert simulation.texts_of(AMY) == []


def test_whoever_sends_stop_gets_no_texts_until_start(simulation: Simulation) -> None:
    phone = simulation.carrier.phone(AMY)
    phone.send_text(OURS, "Stop")
    simulation.advance(2)
    with pytest.raises(TwilioRestException):
        simulation.client.messages.create(to=AMY, from_=OURS, body="hello")
    phone.send_text(OURS, "START")
    simulation.advance(2)
    simulation.client.messages.create(to=AMY, from_=OURS, body="hello")


def test_a_reply_to_somebody_who_sent_stop_is_not_sent_and_is_an_error(simulation: Simulation) -> None:
    phone = simulation.carrier.phone(AMY)
    phone.sms_habit = SmsHabit.STOPPED
    simulation.documents["sms"] = "<Message>thank you</Message>"
    phone.send_text(OURS, "hello")
    simulation.advance(5)
    assert simulation.carrier.ledger.errors == [f"21610 A reply to {AMY}, who has texted STOP"]
    assert simulation.texts_of(AMY) == []


def test_a_text_between_two_numbers_of_the_account_goes_out_and_comes_in(simulation: Simulation) -> None:
    canary = "+15145550170"
    simulation.carrier.own_number(canary, voice_url="", sms_url="https://app.test/sms")
    simulation.client.messages.create(to=canary, from_=OURS, body="583112")
    simulation.advance(5)
    (received,) = simulation.requests_to("sms")
    assert (received["From"], received["To"], received["Body"]) == (OURS, canary, "583112")
