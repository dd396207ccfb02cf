"""A call that was answered in support hours needs more work: one key of the technician at its end, and a note."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callbacks.db.states import CallbackOrigin, CallbackState, CallOutcome, PriorityLevel
from ivr.rehearsal.scenario import PhoneCall
from tests.scenarios.conftest import POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def desk(open_desk: Callable[[str], ScenarioDesk]) -> ScenarioDesk:
    """A desk on a Tuesday morning."""
    return open_desk(TUESDAY_MORNING)


def amy_has_spoken(desk: ScenarioDesk) -> PhoneCall:
    """Return Amy's phone after a conversation with a customer, who has hung up."""
    call = desk.customer().dials("direct").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(amys).waits(120).hangs_up()
    return amys.hears("To have this followed up, press 1 for P1")


def test_one_key_opens_a_callback_that_is_theirs_and_a_text_keeps_what_was_said(desk: ScenarioDesk) -> None:
    amy_has_spoken(desk).presses("2").hears("is yours to follow up, as P2")
    amy, callback = desk.phone_of("Amy"), desk.callback
    assert (callback.origin, callback.priority) == (CallbackOrigin.ANSWERED_CALL, PriorityLevel.P2)
    assert (callback.owner and callback.owner.name, callback.contact.caller) == ("Amy Roy", "+15145550199")
    amy.reads(f"{callback.reference} (P2) is yours", "and what was said")
    amy.texts("note {code} digests stopped on Monday").reads("was saved")
    assert desk.log_says("Amy Roy wrote a note digests stopped on Monday")
    amy.texts("done {code}").reads("")
    amy.ignore_so_far()
    amy.texts("done {code}").reads("")
    assert desk.callback.state is CallbackState.RESOLVED
    desk.scenario.minutes_pass(90)


def test_whoever_opens_it_is_reminded_until_the_customer_is_called(desk: ScenarioDesk) -> None:
    amy_has_spoken(desk).presses("1").hears("as P1")
    amy = desk.phone_of("Amy")
    amy.reads("(P1) is yours. Call the customer by 10:32 a.m.")
    desk.scenario.minutes_pass(11)
    amy.reads("")
    amy.resolves()
    desk.scenario.minutes_pass(40)


def test_without_a_key_nobody_is_owed_anything(desk: ScenarioDesk) -> None:
    amy_has_spoken(desk).waits(10)
    desk.scenario.minutes_pass(40)
    assert desk.callbacks() == []
    (only,) = desk.calls()
    assert only.outcome is CallOutcome.ANSWERED


def test_a_technician_who_hangs_up_first_is_not_asked(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(amys).waits(30)
    amys.hangs_up()
    desk.scenario.minutes_pass(40)
    assert desk.callbacks() == []
