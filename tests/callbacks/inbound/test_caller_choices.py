"""What a caller chose is stored once, takes effect once, and a turn without it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind, PriorityLevel, Urgency
from callbacks.db.tables import Call
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.inbound.caller_choices import CallerChoices, record_choices
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

OPENING = datetime.fromisoformat("2026-11-30T13:30Z")


@pytest.fixture
def night(database: Database) -> Iterator[Night]:
    with Session(database.engine) as session:
        yield Night(session, read_desk(Path("support.toml")))


def chooses(night: Night, call: Call, choices: CallerChoices, at: datetime = NOW) -> None:
    record_choices(night.session, night.desk, call, choices, at)
    night.session.flush()


def a_call(night: Night) -> Call:
    arrival = calls.Arrival("CA2", "direct", CUSTOMER, "en", False, "outside support hours")
    return calls.record_call(night.session, arrival, NOW)


def test_a_choice_stays_when_a_later_turn_does_not_have_it(night: Night) -> None:
    call = a_call(night)
    chooses(night, call, CallerChoices(Urgency.DOWN, "modusMail", is_separate=True, wants_manager=True))
    chooses(night, call, CallerChoices(wants_manager=True), NOW + timedelta(seconds=9))
    chooses(night, call, CallerChoices(), NOW + timedelta(seconds=9))
    assert (call.urgency, call.product, call.is_separate) == (Urgency.DOWN, "modusMail", True)
    assert call.wants_manager_at == NOW


def test_the_last_choice_of_urgency_counts(night: Night) -> None:
    call = a_call(night)
    for urgency in (Urgency.DOWN, Urgency.CAN_WAIT):
        chooses(night, call, CallerChoices(urgency))
    assert call.urgency is Urgency.CAN_WAIT


def test_what_arrives_after_the_callback_opened_still_counts_once(night: Night) -> None:
    call = night.callback.call
    for _ in range(2):
        chooses(night, call, CallerChoices(Urgency.DOWN, wants_manager=True))
    assert night.callback.priority is PriorityLevel.P1
    assert len(night.events(EventKind.URGENCY_CHOSEN)) == 1
    assert [detail for *_, detail in night.events(EventKind.PRIORITY_CHANGED)] == [
        "P2 to P1: the caller pressed: everything is down"
    ]
    assert len(night.pages(night.luc, PageKind.MANAGER)) == 1


def test_what_can_wait_after_all_stops_the_pages(night: Night) -> None:
    chooses(night, night.callback.call, CallerChoices(Urgency.CAN_WAIT))
    callback = night.callback
    assert (callback.held_until, callback.next_action_at) == (OPENING, OPENING)
    assert callback.due_at == OPENING + night.desk.callback.promise


def test_a_priority_that_a_person_changed_since_stays(night: Night) -> None:
    chooses(night, night.callback.call, CallerChoices(Urgency.DOWN))
    night.callback.priority = PriorityLevel.P3
    chooses(night, night.callback.call, CallerChoices(Urgency.DOWN))
    assert night.callback.priority is PriorityLevel.P3
