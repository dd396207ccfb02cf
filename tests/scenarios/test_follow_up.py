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


def amy_hangs_up_first(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(amys).waits(30)
    amys.hangs_up()


def test_a_technician_who_hangs_up_first_is_asked_by_one_text(desk: ScenarioDesk) -> None:
    amy_hangs_up_first(desk)
    amy = desk.phone_of("Amy")
    amy.reads("does the call from (514) 555-0199 at 10:00 a.m. need more work?", "If it is settled, do nothing.")
    assert desk.callbacks() == []
    desk.scenario.minutes_pass(40)  # no reminder
    amy.texts("{code}").reads("No callback is open for", "P2 and what it is about opens one")
    amy.texts("more {code} p2 digests stopped on Monday")
    amy.reads(f"{desk.callback.reference} (P2) is yours")
    assert (desk.callback.origin, desk.callback.priority) == (CallbackOrigin.ANSWERED_CALL, PriorityLevel.P2)
    assert desk.log_says("Amy Roy wrote a note digests stopped on Monday")
    assert desk.log_says("asked whether it needs more work")
    amy.texts("more {code} and the spam report too").reads("was saved")
    amy.resolves()
    assert len(desk.callbacks()) == 1


def test_in_french_and_with_the_priority_of_the_line(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    call = desk.customer().dials("direct").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung().answers().presses("1")
    call.is_connected_to(amys).waits(30)
    amys.hangs_up()
    amy = desk.phone_of("Amy")
    amy.reads("demande-t-il un suivi?", "Si c'est réglé, ne faites rien.")
    amy.texts("suivi {code}").reads("est à vous")
    assert desk.callback.priority is desk.service.desk.priority_of_line("direct")
    amy.resolves("fait")


def test_the_desk_file_turns_the_question_by_text_off(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(TUESDAY_MORNING, ringing={"each": "20s", "longest_hunt": "90s", "asks_by_text": False})
    amy_hangs_up_first(desk)
    desk.scenario.minutes_pass(1)
    assert desk.callbacks() == []
