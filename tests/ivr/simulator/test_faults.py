"""Faults: which requests they meet, and how often."""

from __future__ import annotations

import pytest

from ivr.simulator.faults import UNTIL_SWITCHED_OFF, Fault, FaultKind, Faults, Place
from ivr.simulator.ledger import WebhookKind
from ivr.simulator.phones import Habit, SmsHabit


@pytest.fixture
def faults() -> Faults:
    return Faults()


def test_a_fault_happens_as_often_as_it_says(faults: Faults) -> None:
    faults.add(Fault(Place.LISTS, FaultKind.SERVER_ERROR, times=2))
    assert [faults.take_kind(Place.LISTS, "") for _ in range(3)] == [FaultKind.SERVER_ERROR] * 2 + [None]
    assert faults.waiting[0].times == 0


def test_a_fault_without_an_end_lasts_until_it_is_cleared(faults: Faults) -> None:
    faults.add(Fault(Place.LISTS, FaultKind.SERVER_ERROR, times=UNTIL_SWITCHED_OFF))
    assert all(faults.take(Place.LISTS, "") for _ in range(100))
    faults.clear()
    assert faults.take(Place.LISTS, "") is None


@pytest.mark.parametrize(
    ("place", "meets"), [(Place.MESSAGES, True), (Place.CALLS, True), (Place.LISTS, False), (Place.SMS, False)]
)
def test_a_fault_in_sending_meets_texts_and_calls(faults: Faults, place: Place, meets: bool) -> None:
    faults.add(Fault(Place.SENDING, FaultKind.SERVER_ERROR))
    assert (faults.take(place, "") is not None) is meets


def test_a_fault_meets_only_the_requests_that_it_matches(faults: Faults) -> None:
    faults.add(Fault(Place.MESSAGES, FaultKind.SERVER_ERROR, match="15145550101"))
    assert faults.take(Place.MESSAGES, "To=+15145550102") is None
    assert faults.take(Place.MESSAGES, "To=+15145550101") is not None


def test_every_webhook_is_a_place() -> None:
    assert {kind.value for kind in WebhookKind} <= {place.value for place in Place}


def test_the_faults_of_phones_are_their_habits() -> None:
    of_calls = {"busy", "no such number", "switched off", "unreachable", "never dialed", "voicemail"}
    assert {Habit(FaultKind(kind).value) for kind in of_calls} < set(Habit)
    phone_faults = {FaultKind.UNDELIVERED, FaultKind.SILENT, FaultKind.LANDLINE, FaultKind.UNREGISTERED}
    assert {SmsHabit(kind.value) for kind in phone_faults} < set(SmsHabit)
