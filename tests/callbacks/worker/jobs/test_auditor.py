"""The auditor finds and repairs an open callback that nothing would happen to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackOrigin, CallbackState, Channel, PageKind, PageState, ReachOutcome
from callbacks.db.tables import Callback, Event, Page, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs.auditor import repair_forgotten

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
LATER = BEGAN + timedelta(hours=2)


@pytest.fixture
def tried(database: Database) -> Database:
    """Return a database with a callback that Amy owns and tried, and Sue who supervises."""

    def work(session: Session) -> None:
        amy, sue = (
            technicians.add_technician(session, name, number, BEGAN, verified=True)
            for name, number in (("Amy Roy", "+15145550101"), ("Sue Tran", "+15145550104"))
        )
        store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
        store.add_shift(session, DESK, sue, "supervisor", None, None, BEGAN)
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", BEGAN)

    database.write(work)
    return database


def audited(database: Database) -> Callback:
    database.write(lambda session: repair_forgotten(session, DESK, LATER))
    return database.read(lambda session: session.scalars(select(Callback)).one())


def count(database: Database, query: Callable[[Session], int]) -> int:
    return database.read(query)


def events(database: Database, kind: EventKind) -> list[str]:
    query = select(Event.detail).where(Event.kind == kind)
    return list(database.read(lambda session: session.scalars(query).all()))


def test_what_has_a_next_action_is_left_alone(tried: Database) -> None:
    before = tried.read(lambda session: session.scalars(select(Callback.next_action_at)).one())
    assert audited(tried).next_action_at == before
    assert events(tried, EventKind.NEXT_ACTION_REPAIRED) == []


def test_an_open_callback_without_a_next_action_gets_one_and_supervisors_hear_of_it(tried: Database) -> None:
    tried.write(lambda session: session.execute(update(Callback).values(next_action_at=None)))
    assert audited(tried).next_action_at == LATER
    assert events(tried, EventKind.NEXT_ACTION_REPAIRED) == ["It had no next action."]
    alarms = select(Technician.name).join(Page, Page.technician_id == Technician.id).where(Page.kind == PageKind.ALARM)
    assert tried.read(lambda session: session.scalars(alarms).all()) == ["Sue Tran"]


def test_a_closed_callback_needs_none(tried: Database) -> None:
    tried.write(
        lambda session: session.execute(update(Callback).values(next_action_at=None, state=CallbackState.CLOSED))
    )
    assert audited(tried).next_action_at is None


def test_one_that_nobody_owns_and_that_does_not_escalate_escalates(tried: Database) -> None:
    late = LATER + timedelta(days=1)
    tried.write(lambda session: session.execute(update(Callback).values(next_action_at=late, owner_id=None)))
    assert audited(tried).next_action_at == LATER


def test_one_whose_owner_has_left_escalates(tried: Database) -> None:
    tried.write(
        lambda session: technicians.remove_technician(session, technicians.technician_named(session, "Amy Roy"), LATER)
    )
    found = audited(tried)
    assert (found.owner_id, found.next_action_at) == (None, LATER)
    assert events(tried, EventKind.OWNER_PASSED_OVER) == ["Amy Roy has left the team."]


def test_a_missed_call_that_waits_for_the_desk_to_open_wakes_nobody(tried: Database) -> None:
    opens = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)  # Monday, 8:30; it is Sunday night
    missed = {"origin": CallbackOrigin.MISSED_CALL, "next_action_at": opens, "owner_id": None}
    tried.write(lambda session: session.execute(update(Callback).values(missed)))
    assert audited(tried).next_action_at == opens
    assert events(tried, EventKind.NEXT_ACTION_REPAIRED) == []


def test_one_that_is_held_is_looked_at_when_that_is_over(tried: Database) -> None:
    until = LATER + timedelta(hours=8)
    held = {"held_until": until, "next_action_at": until, "owner_id": None}
    tried.write(lambda session: session.execute(update(Callback).values(**held)))
    assert audited(tried).next_action_at == until
    tried.write(lambda session: session.execute(update(Callback).values(next_action_at=until + timedelta(hours=1))))
    assert audited(tried).next_action_at == LATER


def alarms(database: Database) -> list[str]:
    query = select(Page.words).where(Page.kind == PageKind.ALARM, Page.channel == Channel.TEXT)
    return list(database.read(lambda session: session.scalars(query).all()))


def test_a_page_that_waits_without_a_next_try_is_tried_now_and_supervisors_hear_of_it(tried: Database) -> None:
    waits = update(Page).where(Page.kind == PageKind.STEP).values(state=PageState.DUE, next_action_at=None)
    tried.write(lambda session: session.execute(waits))
    audited(tried)
    next_tries = select(Page.next_action_at).where(Page.kind == PageKind.STEP)
    assert tried.read(lambda session: session.scalars(next_tries).all()) == [LATER]
    (alarm,) = alarms(tried)
    assert "A page was waiting, but nothing was going to happen." in alarm


def test_what_was_sent_needs_no_next_try(tried: Database) -> None:
    sent = update(Page).where(Page.kind == PageKind.STEP).values(state=PageState.SENT, next_action_at=None)
    tried.write(lambda session: session.execute(sent))
    audited(tried)
    assert alarms(tried) == []
