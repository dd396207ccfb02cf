"""A key that says how urgent it is, on the callback that the call opened and on one that it joins."""

from __future__ import annotations

from datetime import datetime, timedelta

from callbacks.acts.named_time import apply_named_time
from callbacks.acts.urgency import apply_urgency, priority_of, promise_to
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PriorityLevel, Urgency
from callbacks.db.tables import Call
from callbacks.desk.business_hours import support_hours
from callbacks.inbound import calls
from callbacks.lifecycle.sla_status import explanations, reaction_due_at
from callbacks.paging.follow_up import take_next_action
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

OPENING = datetime.fromisoformat("2026-11-30T13:30Z")
HALF_AN_HOUR = timedelta(minutes=30)


def a_call(night: Night, urgency: Urgency, at: datetime = NOW) -> Call:
    arrival = calls.Arrival("CA2", "direct", CUSTOMER, "en", False, "outside support hours", "TN-Validation-Passed-A")
    call = calls.record_call(night.session, arrival, at)
    call.urgency = urgency
    return call


def it_can_wait(night: Night) -> None:
    night.callback.contact.urgency = Urgency.CAN_WAIT
    apply_urgency(night.session, night.desk, night.callback, night.callback.contact, NOW)


def test_the_priority_of_a_new_callback(night: Night) -> None:
    assert priority_of(night.desk, a_call(night, Urgency.DOWN)) is PriorityLevel.P1
    assert priority_of(night.desk, a_call(night, Urgency.CAN_WAIT)) is PriorityLevel.P2


def test_in_support_hours_nothing_waits_for_the_opening(night: Night) -> None:
    call = a_call(night, Urgency.CAN_WAIT)
    call.is_open = True
    assert promise_to(night.session, night.desk, call).held_until is None


def test_what_can_wait_is_held_and_its_promise_counts_from_the_opening(night: Night) -> None:
    it_can_wait(night)
    callback, hours = night.callback, support_hours(night.session, night.desk)
    assert (callback.held_until, callback.next_action_at) == (OPENING, OPENING)
    assert callback.due_at == OPENING + HALF_AN_HOUR
    assert reaction_due_at(night.session, night.desk, hours, callback, NOW) == callback.due_at
    said = explanations(night.session, night.desk, hours, callback, NOW)[0]
    assert "within 30 minutes from Mon 30 Nov" in said


def test_while_it_is_held_the_worker_pages_nobody(night: Night) -> None:
    it_can_wait(night)
    before = len(night.pages(night.amy))
    night.callback.next_action_at = NOW
    take_next_action(night.session, night.desk, night.callback, OPENING - timedelta(seconds=1))
    assert len(night.pages(night.amy)) == before
    assert night.callback.next_action_at == OPENING


def test_a_later_call_that_is_down_ends_the_hold_and_promises_from_that_call(night: Night) -> None:
    it_can_wait(night)
    later = NOW + timedelta(hours=1)
    call = a_call(night, Urgency.DOWN, later)
    apply_urgency(night.session, night.desk, night.callback, call, later)
    callback = night.callback
    assert callback.priority is PriorityLevel.P1
    assert (callback.held_until, callback.next_action_at) == (later, later)
    assert callback.due_at == later + HALF_AN_HOUR
    assert [detail for *_, detail in night.events(EventKind.HOLD_ENDED)] == [
        "the customer called again and pressed: everything is down"
    ]


def test_a_later_call_that_is_down_is_not_put_off_until_the_time_that_was_named_before(night: Night) -> None:
    night.callback.contact.named_time_at = OPENING
    apply_named_time(night.session, night.desk, night.callback, night.callback.contact, NOW)
    assert night.callback.held_until is not None
    later = NOW + timedelta(hours=1)
    apply_urgency(night.session, night.desk, night.callback, a_call(night, Urgency.DOWN, later), later)
    assert (night.callback.named_time_at, night.callback.next_action_at) == (None, later)


def test_a_later_call_never_moves_an_earlier_deadline_back(night: Night) -> None:
    before = night.callback.due_at
    apply_urgency(night.session, night.desk, night.callback, a_call(night, Urgency.DOWN, NOW + HALF_AN_HOUR / 2), NOW)
    assert night.callback.due_at == before


def test_a_later_call_that_can_wait_holds_nothing(night: Night) -> None:
    apply_urgency(night.session, night.desk, night.callback, a_call(night, Urgency.CAN_WAIT), NOW)
    assert night.callback.held_until is None


def test_a_closed_callback_stays_as_it_is(night: Night) -> None:
    night.closes()
    apply_urgency(night.session, night.desk, night.callback, a_call(night, Urgency.DOWN), NOW)
    assert night.callback.priority is PriorityLevel.P2
