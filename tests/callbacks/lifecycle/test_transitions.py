"""Every change of a callback's state, allowed or refused, and what holds after any sequence of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState, CallOutcome
from callbacks.db.tables import Base, Call, Callback, Technician
from callbacks.errors import WrongState
from callbacks.lifecycle.transitions import (
    Change,
    advance_escalation,
    awaits_attempt,
    change_state,
    end_hold,
    escalate_now,
    give_back,
    hold,
    is_held,
    is_held_by_another,
    look_again_at,
    move_promise,
    note_attempt,
    note_breach,
    note_reminders_given,
    note_workaround,
    owns,
    restart_escalation,
    review,
    set_owner,
    waits_for_hold,
)

OPENED = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DUE = OPENED + timedelta(minutes=30)
NOW = OPENED + timedelta(minutes=5)
LATE = DUE + timedelta(minutes=1)

OPEN, RESOLVED, CANCELLED, CLOSED, UNREACHABLE, JOINED = CallbackState
LEADS_TO = {
    (OPEN, Change.RESOLVE): RESOLVED,
    (OPEN, Change.CANCEL): CANCELLED,
    (OPEN, Change.AUTO_CLOSE): CLOSED,
    (OPEN, Change.CLOSE_UNREACHABLE): UNREACHABLE,
    (UNREACHABLE, Change.REOPEN): OPEN,
    (OPEN, Change.JOIN): JOINED,
    (JOINED, Change.SPLIT): OPEN,
    (RESOLVED, Change.REOPEN): OPEN,
    (CANCELLED, Change.REOPEN): OPEN,
    (CLOSED, Change.REOPEN): OPEN,
}


def people_and_callback(session: Session) -> tuple[Technician, Technician, Callback]:
    """Add Amy, Ben and a callback that nobody has taken."""
    amy = Technician(name="Amy Roy", phone="+15145550101", created_at=OPENED)
    ben = Technician(name="Ben Cole", phone="+15145550102", created_at=OPENED)
    call = Call(sid="CA1", line="direct", caller="+15145550199", began_at=OPENED, is_open=False)
    call.outcome = CallOutcome.VOICEMAIL
    callback = Callback(reference="KT-417", contact=call, opened_at=OPENED, due_at=DUE, next_action_at=OPENED)
    session.add_all([amy, ben, callback])
    session.flush()
    return amy, ben, callback


ENGINE = create_engine("sqlite://")
Base.metadata.create_all(ENGINE)


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(ENGINE) as session:
        yield session  # never committed


@pytest.fixture
def people(session: Session) -> tuple[Technician, Technician, Callback]:
    return people_and_callback(session)


@pytest.fixture
def amy(people: tuple[Technician, Technician, Callback]) -> Technician:
    return people[0]


@pytest.fixture
def ben(people: tuple[Technician, Technician, Callback]) -> Technician:
    return people[1]


@pytest.fixture
def callback(people: tuple[Technician, Technician, Callback]) -> Callback:
    return people[2]


# The state


@pytest.mark.parametrize(("state", "change"), list(product(CallbackState, Change)))
def test_a_change_leads_to_its_state_or_is_refused(callback: Callback, state: CallbackState, change: Change) -> None:
    callback.state = state
    expected = LEADS_TO.get((state, change))
    if expected is None:
        with pytest.raises(WrongState, match=f"KT-417 is {state.value}"):
            change_state(callback, change, NOW)
        assert callback.state is state
    else:
        change_state(callback, change, NOW)
        assert callback.state is expected
        assert callback.closed_at == (None if expected is OPEN else NOW)


@pytest.mark.parametrize(
    ("change", "resolved_at"), [(Change.RESOLVE, NOW), (Change.AUTO_CLOSE, NOW), (Change.CANCEL, None)]
)
def test_a_closed_callback_has_no_next_action_and_is_resolved_unless_cancelled(
    callback: Callback, change: Change, resolved_at: datetime | None
) -> None:
    change_state(callback, change, NOW)
    assert (callback.next_action_at, callback.resolved_at) == (None, resolved_at)


def test_a_reopened_callback_is_not_resolved_and_is_due_for_a_look_at_once(callback: Callback) -> None:
    change_state(callback, Change.RESOLVE, NOW)
    change_state(callback, Change.REOPEN, LATE)
    assert (callback.next_action_at, callback.resolved_at) == (LATE, None)


# The owner


def test_the_owner_owns_it_until_it_escalates_again(
    session: Session, amy: Technician, ben: Technician, callback: Callback
) -> None:
    assert not owns(callback, amy)
    assert not is_held_by_another(callback, ben)
    set_owner(session, callback, amy, NOW)
    assert (callback.owner_id, callback.acknowledged_at, callback.acted_at) == (amy.id, NOW, NOW)
    assert owns(callback, amy)
    assert is_held_by_another(callback, ben)
    assert not is_held_by_another(callback, amy)
    advance_escalation(callback, 2, LATE, resumed=True)
    assert not owns(callback, amy)
    assert not is_held_by_another(callback, ben)


def test_a_new_owner_ends_the_escalation_above_the_last_one(
    session: Session, amy: Technician, ben: Technician, callback: Callback
) -> None:
    set_owner(session, callback, amy, NOW)
    advance_escalation(callback, 2, LATE, resumed=True)
    set_owner(session, callback, ben, LATE)
    assert owns(callback, ben)


def test_without_an_owner_nothing_of_one_stays(session: Session, amy: Technician, callback: Callback) -> None:
    set_owner(session, callback, amy, NOW)
    advance_escalation(callback, 2, LATE, resumed=True)
    give_back(session, callback, NOW)
    assert (callback.owner_id, callback.acknowledged_at, callback.resumed) == (None, None, False)
    assert (callback.position, callback.next_action_at) == (2, NOW), "before an attempt, the steps go on"


def test_reopened_no_workaround_counts_any_more(callback: Callback) -> None:
    note_workaround(callback, NOW)
    change_state(callback, Change.RESOLVE, LATE)
    assert callback.workaround_at == NOW
    change_state(callback, Change.REOPEN, LATE)
    assert callback.workaround_at is None


def test_given_back_after_an_attempt_it_escalates_from_the_first_step(
    session: Session, amy: Technician, callback: Callback
) -> None:
    advance_escalation(callback, 2, LATE, resumed=False)
    note_attempt(session, callback, amy, NOW)
    give_back(session, callback, LATE)
    assert (callback.position, callback.escalating_since, callback.next_action_at) == (0, LATE, LATE)


def test_who_tries_the_customer_after_it_escalated_above_the_owner_becomes_the_owner(
    session: Session, amy: Technician, ben: Technician, callback: Callback
) -> None:
    set_owner(session, callback, amy, NOW)
    note_attempt(session, callback, ben, NOW)
    assert callback.owner is amy, "an owner who is on it stays the owner"
    advance_escalation(callback, 4, LATE, resumed=True)
    note_attempt(session, callback, ben, LATE)
    assert (callback.owner, callback.resumed) == (ben, False)


# Attempts and the deadline


@pytest.mark.parametrize(("at", "breached_at"), [(NOW, None), (DUE, None), (LATE, DUE)])
def test_the_first_attempt_keeps_the_promise_or_is_late(
    session: Session, amy: Technician, callback: Callback, at: datetime, breached_at: datetime | None
) -> None:
    note_attempt(session, callback, amy, at)
    assert (callback.attempted_at, callback.breached_at) == (at, breached_at)


def test_a_later_attempt_changes_neither_the_first_nor_the_owner(
    session: Session, amy: Technician, ben: Technician, callback: Callback
) -> None:
    note_attempt(session, callback, amy, NOW)
    note_attempt(session, callback, ben, LATE)
    assert (callback.attempted_at, callback.owner_id, callback.breached_at) == (NOW, amy.id, None)


@pytest.mark.parametrize(("proven_at", "breached_at"), [(DUE, None), (LATE - timedelta(seconds=1), DUE)])
def test_a_proof_that_is_reported_late_counts_from_when_it_rang(
    session: Session, amy: Technician, callback: Callback, proven_at: datetime, breached_at: datetime | None
) -> None:
    note_breach(callback)
    note_attempt(session, callback, amy, LATE)
    note_attempt(session, callback, amy, proven_at)
    assert (callback.attempted_at, callback.breached_at) == (proven_at, breached_at)


def test_a_breach_is_news_once_and_dates_from_the_deadline(callback: Callback) -> None:
    assert [note_breach(callback), note_breach(callback)] == [True, False]
    assert callback.breached_at == DUE


# The next action


def test_an_attempt_is_awaited_while_it_is_open_and_nobody_has_tried(
    session: Session, amy: Technician, callback: Callback
) -> None:
    assert awaits_attempt(callback)
    note_attempt(session, callback, amy, NOW)
    assert not awaits_attempt(callback)


def test_no_attempt_is_awaited_once_it_is_closed(callback: Callback) -> None:
    change_state(callback, Change.CANCEL, NOW)
    assert not awaits_attempt(callback)


def test_the_next_step_waits_for_an_owner_but_not_once_it_has_escalated_above_them(
    session: Session, amy: Technician, callback: Callback
) -> None:
    set_owner(session, callback, amy, NOW)
    look_again_at(callback, LATE)
    escalate_now(callback, NOW)
    assert callback.next_action_at == LATE
    advance_escalation(callback, 3, LATE, resumed=True)
    escalate_now(callback, NOW)
    assert callback.next_action_at == NOW


def test_another_policy_begins_with_its_first_step(callback: Callback) -> None:
    advance_escalation(callback, 4, LATE, resumed=False)
    restart_escalation(callback, "nights", NOW)
    assert (callback.policy, callback.position, callback.next_action_at) == ("nights", 0, NOW)


def test_reminders_are_counted_from_the_last_one(session: Session, amy: Technician, callback: Callback) -> None:
    set_owner(session, callback, amy, NOW)
    note_reminders_given(callback, LATE)
    assert callback.acted_at == LATE


def test_a_hold_is_looked_at_when_it_is_over_whatever_asked_for_it_before(callback: Callback) -> None:
    hold(callback, DUE)
    look_again_at(callback, NOW)
    assert is_held(callback, NOW)
    assert waits_for_hold(callback, NOW)
    assert callback.next_action_at == DUE
    assert not waits_for_hold(callback, DUE)


def test_a_hold_that_ends_early_has_the_steps_count_from_then(callback: Callback) -> None:
    hold(callback, DUE)
    assert end_hold(callback, NOW)
    assert (callback.held_until, callback.next_action_at) == (NOW, NOW)
    assert not end_hold(callback, NOW)


def test_another_time_is_promised_unless_the_first_was_kept_or_broken(
    session: Session, amy: Technician, callback: Callback
) -> None:
    later = DUE + timedelta(hours=8)
    move_promise(callback, DUE, later, NOW)
    assert (callback.promised_from, callback.due_at) == (DUE, later)
    note_attempt(session, callback, amy, NOW)
    move_promise(callback, NOW, DUE, NOW)
    assert (callback.promised_from, callback.due_at) == (DUE, later)


def test_what_follows_is_reviewed_only_after_an_attempt(session: Session, amy: Technician, callback: Callback) -> None:
    review(callback, NOW)
    assert callback.next_action_at == OPENED
    note_attempt(session, callback, amy, NOW)
    review(callback, LATE)
    assert callback.next_action_at == LATE


# Any sequence


class Changes:
    """One callback that people and the worker change, on a clock that only goes forward."""

    def __init__(self, session: Session) -> None:
        self.session, self.now = session, OPENED
        self.amy, self.ben, self.callback = people_and_callback(session)

    def change(self, change: Change) -> None:
        if (self.callback.state, change) in LEADS_TO:
            change_state(self.callback, change, self.now)

    def passes(self) -> None:
        give_back(self.session, self.callback, self.now)

    def escalate(self) -> None:
        """The worker decides the next step, as it does while an attempt is awaited."""
        if awaits_attempt(self.callback):
            if self.now >= DUE:
                note_breach(self.callback)
            resumed, at = self.callback.owner_id is not None, self.now + timedelta(minutes=3)
            advance_escalation(self.callback, self.callback.position + 1, at, resumed=resumed)

    def facts(self) -> tuple[datetime | None, datetime | None]:
        return self.callback.attempted_at, self.callback.breached_at


STEPS: Mapping[str, Callable[[Changes], object]] = {
    **{change.value: partial(Changes.change, change=change) for change in Change},
    "Amy takes it": lambda it: set_owner(it.session, it.callback, it.amy, it.now),
    "Ben takes it": lambda it: set_owner(it.session, it.callback, it.ben, it.now),
    "passed": Changes.passes,
    "tried": lambda it: note_attempt(it.session, it.callback, it.ben, it.now),
    "escalates": Changes.escalate,
    "page now": lambda it: escalate_now(it.callback, it.now),
    "other policy": lambda it: restart_escalation(it.callback, "nights", it.now),
    "reviewed": lambda it: review(it.callback, it.now),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 20)), max_size=12))
def test_whatever_happens_these_hold(steps: list[tuple[str, int]]) -> None:
    with Session(ENGINE) as session:
        changes = Changes(session)
        for name, minutes in steps:
            before, changes.now = changes.facts(), changes.now + timedelta(minutes=minutes)
            STEPS[name](changes)
            holds(changes.callback)
            never_undone(before, changes.facts())


def holds(callback: Callback) -> None:
    is_open = callback.state is CallbackState.OPEN
    assert is_open or callback.next_action_at is None, "a closed callback has no next action"
    assert not is_open or callback.next_action_at is not None, "somebody will look at it again"
    assert (callback.resolved_at is not None) is (callback.state in (RESOLVED, CLOSED))
    assert (callback.owner_id is None) is (callback.acknowledged_at is None)
    assert not callback.resumed or callback.owner_id is not None, "only above an owner does it escalate again"
    if callback.attempted_at is not None:
        assert (callback.breached_at is not None) or callback.attempted_at <= DUE, "a late attempt is a breach"


def never_undone(before: tuple[datetime | None, ...], after: tuple[datetime | None, ...]) -> None:
    """The first attempt and the breach stay as they were first recorded."""
    for was, now in zip(before, after, strict=True):
        assert was is None or now == was
