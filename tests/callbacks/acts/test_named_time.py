"""The customer names a time: the call moves there, and the rules stay honest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.escalation import PageNow
from callbacks.acts.named_time import FARTHEST, NameTime, apply_named_time
from callbacks.acts.ownership import Take
from callbacks.acts.promises import SetPriority
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import PriorityLevel, ReportedOutcome
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.lifecycle.sla_status import reaction_due_at, resolutions
from callbacks.lifecycle.transitions import note_breach
from callbacks.paging.follow_up import take_next_action
from tests.callbacks.acts.night import NOW, SUE, Night

SEVEN = datetime.fromisoformat("2026-11-29T12:00Z")  # Sunday 7:00 at the desk
AHEAD, LATEST = SEVEN - timedelta(minutes=10), SEVEN + timedelta(minutes=30)


def test_people_are_paged_shortly_before_and_the_promise_counts_from_it(night: Night) -> None:
    said = night.sue_does(NameTime(SEVEN))
    assert "the call is at 7:00 a.m. Sunday. People are paged shortly before." in said.english
    assert "prévu pour dimanche 7 h" in said.french
    callback, hours = night.callback, support_hours(night.session, night.desk)
    assert (callback.named_time_at, callback.held_until, callback.due_at) == (SEVEN, AHEAD, LATEST)
    assert callback.next_action_at == AHEAD
    assert reaction_due_at(night.session, night.desk, hours, callback, NOW) == LATEST
    assert night.events(EventKind.TIME_NAMED) == [(SUE, EventKind.TIME_NAMED, "Sun 29 Nov 07:00")]


def test_a_time_in_ten_minutes_pages_at_once(night: Night) -> None:
    soon = NOW + timedelta(minutes=8)
    night.amy_does(NameTime(soon))
    assert night.callback.held_until is None
    assert night.callback.due_at == soon + timedelta(minutes=30)


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(hours=1), NOW + FARTHEST + timedelta(seconds=1)])
def test_a_time_that_cannot_be(night: Night, at: datetime) -> None:
    assert night.refusal(NameTime(at), night.at_console()) == wording.NOT_A_TIME_AHEAD


def test_a_broken_promise_stays_broken(night: Night) -> None:
    due_at = night.callback.due_at
    note_breach(night.callback)
    night.sue_does(NameTime(SEVEN))
    assert (night.callback.due_at, night.callback.breached_at) == (due_at, due_at)
    assert night.callback.held_until == AHEAD


def test_after_an_attempt_the_next_one_is_at_that_time(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    night.sue_does(NameTime(SEVEN))
    take_next_action(night.session, night.desk, night.callback, NOW)
    assert night.callback.next_action_at == AHEAD
    take_next_action(night.session, night.desk, night.callback, AHEAD)
    assert (night.callback.try_again_at, night.callback.next_action_at) == (SEVEN, SEVEN)


def test_an_attempt_in_vain_before_that_time_is_one_and_the_next_is_due_then(night: Night) -> None:
    night.sue_does(NameTime(SEVEN))
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert (night.callback.attempted_at, night.callback.breached_at) == (NOW, None)
    take_next_action(night.session, night.desk, night.callback, AHEAD)
    assert night.callback.try_again_at == SEVEN


def test_the_time_that_a_caller_entered(night: Night) -> None:
    apply_named_time(night.session, night.desk, night.callback, night.callback.contact, NOW)
    assert night.events(EventKind.TIME_NAMED) == []
    night.callback.contact.named_time_at = SEVEN
    apply_named_time(night.session, night.desk, night.callback, night.callback.contact, NOW)
    assert [actor for actor, *_ in night.events(EventKind.TIME_NAMED)] == [Actor.CALLER]


# The resolution


def resolution_due_at(night: Night, at: datetime) -> datetime | None:
    """Return when the resolution is due, as it is known at an instant; None while its clock stands still."""
    night.session.flush()
    hours = support_hours(night.session, night.desk)
    (found,) = resolutions(night.session, night.desk, hours, Callback.id == night.callback.id, at)
    return found.promise.due_at


@pytest.mark.parametrize(
    ("priority", "within"), [(PriorityLevel.P1, timedelta(hours=4)), (PriorityLevel.P2, timedelta(hours=24))]
)
def test_the_clock_of_the_resolution_stands_still_until_that_time(
    night: Night, priority: PriorityLevel, within: timedelta
) -> None:
    night.sue_does(SetPriority(priority))
    assert resolution_due_at(night, NOW) == NOW + within
    night.sue_does(NameTime(SEVEN))
    assert resolution_due_at(night, SEVEN - timedelta(minutes=1)) is None
    assert resolution_due_at(night, SEVEN) == SEVEN + within
    assert night.events(EventKind.WAITING_STARTED) == [
        (Actor.DESK, EventKind.WAITING_STARTED, "until Sun 29 Nov 07:00: the customer asked to be called then")
    ]


def test_a_hold_that_is_released_has_the_clock_run_again(night: Night) -> None:
    night.sue_does(NameTime(SEVEN))
    night.now += timedelta(hours=1)
    night.sue_does(PageNow())
    assert resolution_due_at(night, SEVEN) == NOW + timedelta(hours=25)


def test_shortly_before_that_time_when_nothing_is_held_any_more_the_clock_can_run_again_too(night: Night) -> None:
    night.sue_does(NameTime(SEVEN))
    night.now = SEVEN - timedelta(minutes=5)
    night.sue_does(PageNow())
    assert resolution_due_at(night, SEVEN) == night.now + timedelta(hours=24)


def test_another_time_replaces_the_first(night: Night) -> None:
    night.sue_does(NameTime(SEVEN))
    night.now += timedelta(hours=1)
    night.sue_does(NameTime(night.now + timedelta(hours=2)))
    assert resolution_due_at(night, SEVEN) == NOW + timedelta(hours=27)


def test_the_time_is_no_word_from_the_customer(night: Night) -> None:
    """What counts the silence of the customer counts on."""
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    night.sue_does(NameTime(SEVEN))
    take_next_action(night.session, night.desk, night.callback, SEVEN)
    assert night.callback.asked_at == SEVEN
    assert night.events(EventKind.WAITING_ENDED) == []


def test_a_time_that_is_past_pauses_nothing(night: Night) -> None:
    night.callback.contact.named_time_at = NOW - timedelta(hours=1)
    apply_named_time(night.session, night.desk, night.callback, night.callback.contact, NOW)
    assert resolution_due_at(night, NOW) == NOW + timedelta(hours=24)


def test_a_closed_callback_is_not_moved(night: Night) -> None:
    night.closes()
    night.callback.contact.named_time_at = SEVEN
    apply_named_time(night.session, night.desk, night.callback, night.callback.contact, NOW)
    assert night.callback.named_time_at is None
