"""Priority and waiting for the customer: what they do to the promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Refused
from callbacks.acts.promises import EndWait, FixInRelease, SetPriority, WaitForCustomer
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackOrigin, PriorityLevel, ReportedOutcome
from callbacks.db.tables import PriorityChange, Waiting
from callbacks.lifecycle.transitions import look_again_at, move_deadline
from callbacks.lifecycle.waiting import is_waiting
from tests.callbacks.acts.night import NOW, SUE, Night

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 10:00 at the desk


def tried(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING))


def test_a_priority_is_on_record_with_its_time(night: Night) -> None:
    assert night.sue_does(SetPriority(PriorityLevel.P1)).english == f"{night.callback.reference} is now P1."
    assert night.callback.priority is PriorityLevel.P1
    (change,) = night.session.scalars(select(PriorityChange)).all()
    assert (change.callback_id, change.at, change.priority) == (night.callback.id, NOW, PriorityLevel.P1)
    assert night.events(EventKind.PRIORITY_CHANGED) == [(SUE, EventKind.PRIORITY_CHANGED, "P2 to P1")]


def test_the_same_priority_changes_nothing(night: Night) -> None:
    before = night.events()
    night.sue_does(SetPriority(PriorityLevel.P2))
    assert night.events() == before
    assert night.session.scalars(select(PriorityChange)).all() == []


def test_another_policy_that_now_holds_starts_over(night: Night) -> None:
    night.callback.policy, night.callback.position = "nights", 4
    night.sue_does(SetPriority(PriorityLevel.P1))
    assert (night.callback.policy, night.callback.position) == ("default", 0)
    assert night.callback.next_action_at == NOW


def test_once_tried_its_closing_is_worked_out_again(night: Night) -> None:
    tried(night)
    look_again_at(night.callback, NOW + timedelta(days=5))
    night.sue_does(SetPriority(PriorityLevel.P1))
    assert night.callback.next_action_at == NOW


def test_only_a_p3_waits_for_a_release_and_a_higher_priority_takes_that_back(night: Night) -> None:
    with pytest.raises(Refused):
        night.sue_does(FixInRelease("7.2"))
    night.sue_does(SetPriority(PriorityLevel.P3))
    night.sue_does(FixInRelease("7.2"))
    assert (night.callback.release, night.callback.release_named_at) == ("7.2", NOW)
    night.sue_does(SetPriority(PriorityLevel.P1))
    assert (night.callback.release, night.callback.release_named_at) == ("", None)
    assert [detail for _, _, detail in night.events(EventKind.RELEASE_NAMED)] == ["7.2", "no release"]


def test_the_desk_waits_from_now_until_the_customer_is_heard(night: Night) -> None:
    tried(night)
    night.sue_does(WaitForCustomer("sends a log"))
    assert is_waiting(night.session, night.callback)
    night.now += timedelta(hours=5)
    night.sue_does(EndWait())
    assert not is_waiting(night.session, night.callback)
    (wait,) = night.session.scalars(select(Waiting)).all()
    assert (wait.since, wait.until) == (NOW, NOW + timedelta(hours=5))
    assert night.events(EventKind.WAITING_STARTED, EventKind.WAITING_ENDED) == [
        (SUE, EventKind.WAITING_STARTED, "sends a log"),
        (SUE, EventKind.WAITING_ENDED, ""),
    ]


def test_the_promised_call_does_not_wait(night: Night) -> None:
    assert night.refusal(WaitForCustomer("away"), night.at_console()) == wording.NOT_TRIED_YET


def test_it_waits_once(night: Night) -> None:
    tried(night)
    night.sue_does(WaitForCustomer("a log"))
    expected = wording.already_waiting(night.callback.reference)
    assert night.refusal(WaitForCustomer("a log"), night.at_console()) == expected


def test_a_wait_that_did_not_begin_does_not_end(night: Night) -> None:
    assert night.refusal(EndWait(), night.at_console()) == wording.not_waiting(night.callback.reference)


@pytest.mark.parametrize("closed", [False, True])
def test_a_wait_ends_whether_it_is_closed_or_not(night: Night, closed: bool) -> None:
    tried(night)
    night.sue_does(WaitForCustomer("a log"))
    if closed:
        night.closes()
    night.sue_does(EndWait())
    assert not is_waiting(night.session, night.callback)


HOUR = timedelta(hours=1)


def is_a_missed_call(night: Night) -> None:
    """The callback is one of a missed call on a Tuesday morning, in support hours."""
    callback, night.now = night.callback, TUESDAY
    callback.origin, callback.opened_at, callback.contact.began_at = CallbackOrigin.MISSED_CALL, TUESDAY, TUESDAY
    move_deadline(callback, TUESDAY + HOUR, TUESDAY)
    look_again_at(callback, TUESDAY + HOUR / 2)
    night.session.flush()


def test_the_deadline_of_a_missed_call_moves_with_its_priority(night: Night) -> None:
    is_a_missed_call(night)
    night.sue_does(SetPriority(PriorityLevel.P3))
    assert (night.callback.due_at, night.callback.next_action_at) == (TUESDAY + 4 * HOUR, TUESDAY + HOUR / 2)
    night.sue_does(SetPriority(PriorityLevel.P1))
    assert (night.callback.due_at, night.callback.next_action_at) == (TUESDAY + HOUR / 2, TUESDAY)  # paged at once


def test_a_priority_that_would_be_overdue_already_counts_from_the_change(night: Night) -> None:
    is_a_missed_call(night)
    night.sue_does(SetPriority(PriorityLevel.P3))
    night.now = TUESDAY + 2 * HOUR
    night.sue_does(SetPriority(PriorityLevel.P1))
    assert night.callback.due_at == TUESDAY + 2.5 * HOUR


def test_after_an_attempt_the_deadline_stays(night: Night) -> None:
    is_a_missed_call(night)
    tried(night)
    night.sue_does(SetPriority(PriorityLevel.P3))
    assert night.callback.due_at == TUESDAY + HOUR


@pytest.mark.parametrize("priority", PriorityLevel)
def test_what_was_spoken_to_a_caller_is_never_rewritten(night: Night, priority: PriorityLevel) -> None:
    due_at = night.callback.due_at
    night.sue_does(SetPriority(priority))
    assert night.callback.due_at == due_at
