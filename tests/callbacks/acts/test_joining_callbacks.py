"""Two callbacks about one matter become one, and a split makes them two again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.acts.base import Refused, Requester, perform
from callbacks.acts.by_hand import NewCallback, open_by_hand
from callbacks.acts.joining_callbacks import Join
from callbacks.acts.ownership import Take
from callbacks.acts.splitting import Split
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PageKind, PageState, PriorityLevel
from callbacks.db.tables import Callback, Event
from callbacks.lifecycle.transitions import note_attempt
from callbacks.records.contacts_of_callback import callback_about, contacts_of
from callbacks.records.search import Search, find
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def other(night: Night) -> Callback:
    """A second callback of the same customer, opened five minutes later. Amy was paged about it, too."""
    night.now = LATER
    found = night.callback_of("CA2")
    night.session.flush()
    return found


def sids(callback: Callback) -> list[str]:
    return [contact.sid for contact in contacts_of(callback)]


def joins(night: Night, which: Callback, into: Callback, by: Requester | None = None, **more: bool) -> str:
    act = Join(into.reference, **more)
    return perform(night.session, night.desk, which.id, act, by or night.at_console(), night.now).english


def splits(night: Night, callback: Callback, sid: str) -> str:
    return perform(night.session, night.desk, callback.id, Split(sid), night.at_console(), night.now).english


def test_the_contacts_move_and_the_earlier_deadline_holds(night: Night, other: Callback) -> None:
    night.calls_again("CA3")  # joins the latest one
    first_due = night.callback.due_at
    assert first_due < other.due_at
    answer = joins(night, night.callback, other)
    assert answer == f"{night.callback.reference} is part of {other.reference} now."
    assert night.callback.state is CallbackState.JOINED
    assert other.due_at == first_due
    assert sorted(sids(other)) == ["CA1", "CA2", "CA3"]
    assert callback_about(night.session, "CA1") is other


@pytest.mark.parametrize("typed", ["{letters}-{digits}", " {letters}{digits} ", "{letters} {digits}"])
def test_the_reference_may_be_typed_in_any_way(night: Night, other: Callback, typed: str) -> None:
    letters, digits = other.reference.lower().split("-")
    act = Join(typed.format(letters=letters, digits=digits))
    perform(night.session, night.desk, night.callback.id, act, night.at_console(), night.now)
    assert night.callback.state is CallbackState.JOINED


def test_a_later_deadline_changes_nothing(night: Night, other: Callback) -> None:
    due_at = night.callback.due_at
    joins(night, other, night.callback)
    assert night.callback.due_at == due_at


def test_a_promise_that_was_spoken_survives_a_change_of_priority(night: Night) -> None:
    night.now = LATER
    by_hand = open_by_hand(
        night.session, night.desk, NewCallback(number=CUSTOMER, priority=PriorityLevel.P3), night.at_console(), LATER
    )
    due_at = night.callback.due_at
    joins(night, night.callback, by_hand)
    assert (by_hand.due_at, by_hand.promised_from, by_hand.priority) == (due_at, NOW, PriorityLevel.P2)


def test_both_logs_say_so(night: Night, other: Callback) -> None:
    joins(night, night.callback, other)
    joined = select(Event.contact_sid, Event.actor, Event.detail).where(Event.kind == EventKind.JOINED)
    assert [tuple(row) for row in night.session.execute(joined.order_by(Event.id))] == [
        ("CA1", "sue@example.com", f"It is part of {other.reference} now."),
        ("CA2", "sue@example.com", f"{night.callback.reference} is part of it now."),
    ]


def test_its_pages_are_cancelled_and_who_was_paged_hears_why(night: Night, other: Callback) -> None:
    joins(night, night.callback, other)
    about_it = [page for page in night.pages(night.amy) if page.callback_id == night.callback.id]
    assert [page.kind for page in about_it if page.state is PageState.DUE] == [PageKind.OVER]
    (text,) = night.texts(night.amy, PageKind.OVER)
    assert f"has joined {night.callback.reference}" in text
    assert f"with {other.reference}" in text
    assert night.callback.next_action_at is None


def test_the_owner_of_the_other_hears_of_it(night: Night, other: Callback) -> None:
    perform(night.session, night.desk, other.id, Take(), night.by(night.ben), LATER)
    joins(night, night.callback, other)
    (text,) = night.texts(night.ben, PageKind.CALLED_AGAIN)
    assert f"joined {night.callback.reference} with your {other.reference}" in text


def test_a_more_urgent_priority_holds(night: Night, other: Callback) -> None:
    night.callback.priority = PriorityLevel.P1
    joins(night, night.callback, other)
    assert other.priority is PriorityLevel.P1


def test_only_its_owner_and_supervisors_join_it(night: Night, other: Callback) -> None:
    with pytest.raises(Refused, match="Only its owner or a supervisor"):
        joins(night, night.callback, other, night.by(night.ben))
    night.amy_does(Take())
    joins(night, night.callback, other, night.by(night.amy))
    assert night.callback.state is CallbackState.JOINED


def test_the_customers_are_shown_first_when_they_differ(night: Night) -> None:
    other = night.callback_of("CA2", "+15145550177")
    with pytest.raises(Refused, match=r"is for \(514\) 555-0199, .* for \(514\) 555-0177. Confirm"):
        joins(night, night.callback, other)
    assert sids(other) == ["CA2"]
    joins(night, night.callback, other, is_confirmed=True)
    assert sids(other) == ["CA2", "CA1"]


def test_a_customer_whom_nobody_tried_is_not_joined_with_another_one_who_was(night: Night) -> None:
    other = night.callback_of("CA2", "+15145550177")
    note_attempt(night.session, other, night.amy, night.now)
    with pytest.raises(Refused, match=r"Nobody has tried to reach \(514\) 555-0199 yet\. Try first"):
        joins(night, night.callback, other, is_confirmed=True)
    assert night.callback.state is CallbackState.OPEN
    joins(night, other, night.callback, is_confirmed=True)
    assert (night.callback.state, night.callback.attempted_at) == (CallbackState.OPEN, None)


def test_its_customer_calls_again_about_the_other(night: Night) -> None:
    other = night.callback_of("CA2", "+15145550177")
    joins(night, night.callback, other, is_confirmed=True)
    assert night.calls_again("CA3") is other


def test_search_finds_the_other_by_its_caller(night: Night, other: Callback) -> None:
    joins(night, night.callback, other)
    found = find(night.session, Search(words="0199", state="open"), night.desk.zone, Callback.id > 0)
    assert found.callbacks == [other]


@pytest.mark.parametrize(
    ("reference", "why"), [("XX-999", "There is no callback 'XX-999'"), ("", "There is no callback ''")]
)
def test_there_is_a_callback_to_join_with(night: Night, reference: str, why: str) -> None:
    assert why in night.refusal(Join(reference), night.at_console()).english


def test_it_is_not_joined_with_itself_nor_with_one_that_is_closed(night: Night, other: Callback) -> None:
    itself = night.refusal(Join(night.callback.reference.lower()), night.at_console())
    assert "another callback than this one" in itself.english
    joins(night, other, night.callback)
    assert "already closed" in night.refusal(Join(other.reference), night.at_console()).english


# Split takes it back


def test_a_split_opens_it_again_with_what_came_with_it(night: Night, other: Callback) -> None:
    night.callback_of("CA4", "+15145550177")
    night.calls_again("CA3")
    joins(night, other, night.callback)
    assert sorted(sids(night.callback)) == ["CA1", "CA2", "CA3"]
    answer = splits(night, night.callback, "CA2")
    assert answer == f"It is {other.reference} now, and no longer part of {night.callback.reference}."
    assert (other.state, other.next_action_at) == (CallbackState.OPEN, LATER)
    assert (sids(night.callback), sids(other)) == (["CA1"], ["CA2", "CA3"])
    assert callback_about(night.session, "CA2") is other


def test_it_may_be_joined_again(night: Night, other: Callback) -> None:
    joins(night, other, night.callback)
    splits(night, night.callback, "CA2")
    joins(night, other, night.callback)
    assert sids(night.callback) == ["CA1", "CA2"]
