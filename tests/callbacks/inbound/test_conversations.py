"""A customer who calls again and speaks with a technician was reached: nobody is paged any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptProof, CarrierStatus, PageKind, ReachOutcome
from callbacks.db.tables import Call
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls, live_calls
from callbacks.inbound.caller_choices import CallerChoices, store_choices
from callbacks.inbound.conversations import record_conversation
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

DESK = read_desk(Path("support.toml"))
ANSWERED = NOW + timedelta(minutes=2)
HUNG_UP = NOW + timedelta(minutes=40)  # after the deadline


@pytest.fixture
def night(database: Database) -> object:
    with Session(database.engine) as session:
        night = Night(session, DESK)
        calls.record_call(
            session, calls.Arrival("CA2", "direct", CUSTOMER, "en", False, "", "TN-Validation-Passed-A"), NOW
        )
        yield night


def speaks(night: Night, *, heard: bool = True) -> None:
    """The caller hears how the callback stands, and is connected to Ben."""
    if heard:
        calls.record_choice(night.session, "CA2", NOW, EventKind.STANDING_HEARD)
    live_calls.ring(night.session, "CA2", (night.ben.id,), NOW)
    night.session.flush()
    assert live_calls.record_answer(night.session, "CA2", night.ben, ANSWERED)


def test_it_is_an_attempt_from_the_moment_they_spoke(night: Night) -> None:
    speaks(night)
    record_conversation(night.session, night.desk, "CA2", night.ben.id, HUNG_UP, is_proven=True)
    (attempt,) = night.attempts()
    assert (attempt.outcome, attempt.proof, attempt.tried_at) == (ReachOutcome.REACHED, AttemptProof.CARRIER, ANSWERED)
    assert (night.callback.attempted_at, night.callback.breached_at) == (ANSWERED, None)
    assert night.callback.owner_id == night.ben.id
    assert [each.contact_sid for each in night.callback.joined] == ["CA2"]


def test_when_the_caller_hangs_up_first_it_is_by_word_until_the_carrier_says_more(night: Night) -> None:
    speaks(night)
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, HUNG_UP)
    assert [each.proof for each in night.attempts()] == [AttemptProof.WORD]
    record_conversation(night.session, night.desk, "CA2", night.ben.id, HUNG_UP, is_proven=True)
    assert [each.proof for each in night.attempts()] == [AttemptProof.CARRIER]


def test_of_a_call_that_was_never_connected_it_says_so(night: Night) -> None:
    speaks(night)
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, HUNG_UP)
    live_calls.record_not_connected(night.session, night.desk, "CA2", night.ben.id, HUNG_UP)
    assert [each.outcome for each in night.attempts()] == [ReachOutcome.NOT_CONNECTED]


def test_a_colleague_in_the_same_office_who_was_told_nothing_keeps_no_promise(night: Night) -> None:
    speaks(night, heard=False)
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, HUNG_UP)
    assert night.attempts() == []
    assert [each.contact_sid for each in night.callback.joined] == ["CA2"]


def test_a_caller_who_asks_for_a_manager_and_hangs_up_at_once_is_heard(night: Night) -> None:
    calls.record_choice(night.session, "CA2", NOW, EventKind.STANDING_HEARD)
    call = night.session.get_one(Call, "CA2")
    store_choices(night.session, night.desk, call, CallerChoices(wants_manager=True), NOW)
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, ANSWERED)
    assert [each.contact_sid for each in night.callback.joined] == ["CA2"]
    assert [page.kind for page in night.pages(night.luc)] == [PageKind.MANAGER]


def test_a_call_without_a_callback_is_no_attempt(night: Night) -> None:
    calls.record_call(
        night.session, calls.Arrival("CA3", "direct", "+15145550188", "en", False, "", "TN-Validation-Passed-A"), NOW
    )
    calls.record_choice(night.session, "CA3", NOW, EventKind.STANDING_HEARD)
    record_conversation(night.session, night.desk, "CA3", night.ben.id, HUNG_UP, is_proven=True)
    assert night.attempts() == []
