"""Which callback a call joins: one decision for every way in, and one callback whatever happens at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts.customer_number import SetNumber
from callbacks.acts.joining import NewContact, OpenCallback, callback_to_join, to_join
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, CallOutcome, CarrierStatus, VoicemailState
from callbacks.db.tables import Call, Callback, Event, JoinedContact, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import Change, change_state
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

DESK = read_desk(Path("support.toml"))
OPENED = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
COLLEAGUE = "+15145550188"


def callback(id: int = 1, state: CallbackState = CallbackState.OPEN, number: str = CUSTOMER, box: str = "",
             minutes: int = 0, is_perhaps_forged: bool = False) -> OpenCallback:  # fmt: skip
    opened_at = OPENED + timedelta(minutes=minutes)
    return OpenCallback(id, state, frozenset({number}), box, opened_at, is_perhaps_forged)


@pytest.mark.parametrize(
    ("call", "callbacks", "joins"),
    [
        (NewContact(CUSTOMER, "", False), [], None),
        (NewContact(CUSTOMER, "", False), [callback()], 1),
        (NewContact(CUSTOMER, "", True), [callback()], None),
        (NewContact(None, "", False), [callback()], None),
        (NewContact(COLLEAGUE, "", False), [callback()], None),
        (NewContact(CUSTOMER, "sales", False), [callback()], None),
        (NewContact(CUSTOMER, "", False), [callback(box="sales")], None),
        (NewContact(CUSTOMER, "sales", False), [callback(box="sales")], 1),
        (NewContact(CUSTOMER, "", False, is_perhaps_forged=True), [callback()], None),
        (NewContact(CUSTOMER, "", False), [callback(is_perhaps_forged=True)], None),
        (NewContact(CUSTOMER, "", False, is_perhaps_forged=True), [callback(is_perhaps_forged=True)], 1),
        *((NewContact(CUSTOMER, "", False), [callback(state=state)], None)
          for state in CallbackState if state is not CallbackState.OPEN),
        (NewContact(CUSTOMER, "", False), [callback(2, minutes=5), callback(1)], 2),
        (NewContact(CUSTOMER, "", False), [callback(2), callback(1)], 2),
    ],
)  # fmt: skip
def test_the_decision(call: NewContact, callbacks: list[OpenCallback], joins: int | None) -> None:
    assert to_join(call, callbacks) == joins


STATES, BOXES, NUMBERS = list(CallbackState), ["", "sales"], [CUSTOMER, COLLEAGUE]
CALLBACKS = some.lists(
    some.builds(callback, some.integers(1, 9), some.sampled_from(STATES), some.sampled_from(NUMBERS),
                some.sampled_from(BOXES), some.integers(0, 60), some.booleans()),
    unique_by=lambda each: each.id,
)  # fmt: skip


CALLS = some.builds(
    NewContact, some.sampled_from([None, *NUMBERS]), some.sampled_from(BOXES), some.booleans(), some.booleans()
)


@given(CALLBACKS, CALLS)
def test_a_call_joins_nothing_but_an_open_callback_of_its_number_and_box(
    callbacks: list[OpenCallback], call: NewContact
) -> None:
    chosen = to_join(call, callbacks)
    found = next((each for each in callbacks if each.id == chosen), None)
    fitting = [
        each
        for each in callbacks
        if each.state is CallbackState.OPEN
        and call.number in each.numbers
        and each.box == call.box
        and each.is_perhaps_forged == call.is_perhaps_forged
    ]
    if call.is_separate or not fitting:
        assert found is None
    else:
        assert found in fitting
        assert found.opened_at == max(each.opened_at for each in fitting)
    assert to_join(call, reversed(callbacks)) == chosen


def calls_again(night: Night, sid: str = "CA2", caller: str = CUSTOMER) -> Callback:
    return night.calls_again(sid, caller)


def test_a_second_message_joins_with_the_first_deadline_and_is_in_the_log(night: Night) -> None:
    due_at = night.callback.due_at
    night.now = NOW + timedelta(minutes=3)
    assert calls_again(night) is night.callback
    assert night.callback.due_at == due_at
    assert [each.contact_sid for each in night.callback.joined] == ["CA2"]
    again = select(Event.contact_sid).where(Event.kind == EventKind.CALLED_AGAIN)
    assert list(night.session.scalars(again)) == ["CA2"]


def test_a_withheld_number_joins_nothing(night: Night) -> None:
    first = night.calls_again("CA2", "anonymous")
    assert night.calls_again("CA3", "anonymous") is not first


def test_a_call_from_the_number_to_call_back_on_joins(night: Night) -> None:
    night.amy_does(SetNumber(COLLEAGUE))
    night.session.flush()
    assert calls_again(night, "CA2", COLLEAGUE) is night.callback


def test_after_the_end_a_call_opens_its_own(night: Night) -> None:
    change_state(night.callback, Change.RESOLVE, NOW)
    night.session.flush()
    assert calls_again(night) is not night.callback


def test_a_call_that_has_its_own_callback_is_about_no_other(night: Night) -> None:
    assert callback_to_join(night.session, night.desk, night.callback.contact) is None


def test_an_earlier_promise_to_the_caller_is_kept(night: Night) -> None:
    """A missed call is due later than a voicemail, and the caller of the voicemail heard a time."""
    arrival = calls.Arrival("CA7", "direct", COLLEAGUE, "en", True, "")
    missed = calls.record_call(night.session, arrival, NOW)
    missed.waited_from, missed.outcome = NOW, CallOutcome.IN_PROGRESS
    calls.record_end(night.session, night.desk, "CA7", CarrierStatus.COMPLETED, NOW + timedelta(minutes=2))
    opened = night.session.scalars(select(Callback).where(Callback.contact_sid == "CA7")).one()
    assert opened.due_at > NOW + timedelta(minutes=40)
    night.now = NOW + timedelta(minutes=3)
    assert calls_again(night, "CA8", COLLEAGUE) is opened
    assert opened.due_at == night.now + night.desk.callback.promise


def test_an_answered_call_joins_and_tells_nobody(night: Night) -> None:
    call = calls.record_call(night.session, calls.Arrival("CA2", "direct", CUSTOMER, "en", True, ""), NOW)
    call.accepted_by_id = night.ben.id
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, NOW + timedelta(minutes=2))
    assert [each.contact_sid for each in night.callback.joined] == ["CA2"]
    assert night.callback.called_again_told_at is None


@pytest.mark.parametrize("heard", [True, False])
def test_a_caller_who_hangs_up_has_called_again_once_they_heard_how_it_stands(night: Night, heard: bool) -> None:
    calls.record_call(
        night.session, calls.Arrival("CA2", "direct", CUSTOMER, "en", False, "closed", "TN-Validation-Passed-A"), NOW
    )
    if heard:
        calls.record_choice(night.session, "CA2", NOW, EventKind.STANDING_HEARD)
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, NOW + timedelta(seconds=9))
    assert [each.contact_sid for each in night.callback.joined] == (["CA2"] if heard else [])


def test_of_many_calls_at_the_same_instant_one_opens_the_callback(database: Database) -> None:
    sids = [f"CA{number}" for number in range(6)]
    for sid in sids:
        arrival = calls.Arrival(sid, "direct", CUSTOMER, "en", False, "closed", "TN-Validation-Passed-A")
        database.write(lambda session, arrival=arrival: calls.record_call(session, arrival, NOW))  # type: ignore[misc]
    barrier, faults = threading.Barrier(2 * len(sids)), list[BaseException]()

    def webhook(sid: str) -> None:
        try:
            barrier.wait()
            recording = calls.Recording(VoicemailState.RECORDED, f"RE{sid}", 9)
            database.write(lambda session: calls.record_voicemail(session, DESK, sid, recording, NOW))
            database.write(lambda session: calls.record_end(session, DESK, sid, CarrierStatus.COMPLETED, NOW))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=webhook, args=(sid,)) for sid in (*sids, *sids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []

    def counted(session: Session) -> tuple[int | None, ...]:
        again = select(Event).where(Event.kind == EventKind.CALLED_AGAIN).subquery()
        tables = (Call, Callback, JoinedContact, Voicemail, again)
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in tables)

    assert database.read(counted) == (6, 1, 5, 6, 5)
