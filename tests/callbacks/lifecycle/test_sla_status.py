"""How the promises of callbacks stand: worked out from the calls, attempts, priorities and waits on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome, record_attempt
from callbacks.acts.promises import EndWait, FixInRelease, SetPriority, WaitForCustomer
from callbacks.db.database import Database
from callbacks.db.states import PriorityLevel, ReachOutcome, ReportedOutcome, VoicemailState
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.sla_status import Resolution, explanations, resolutions, still_owed
from callbacks.people import technicians
from sla.promises import Standing
from tests.acting import supervisor_acts, technician_acts

DESK = read_desk(Path("support.toml"))
HOUR = timedelta(hours=1)
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 10:00 at the desk, in support hours
SUE = "sue@example.com"


class Facts:
    """Callbacks on the direct line, each of a call on Tuesday at 10:00, and Amy who calls customers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.amy = technicians.add_technician(session, "Amy Roy", "+15145550101", TUESDAY, verified=True)

    def callback(self, sid: str = "CA1") -> Callback:
        arrival = calls.Arrival(sid, "direct", "+15145550199", "en", True, "")
        calls.record_call(self.session, arrival, TUESDAY).is_separate = True
        said = calls.record_voicemail(
            self.session, DESK, sid, calls.Recording(VoicemailState.EXPECTED, None, 9), TUESDAY
        )
        assert said is not None
        return said

    def tried(self, callback: Callback, at: datetime = TUESDAY + HOUR) -> Callback:
        record_attempt(self.session, callback, self.amy, ReachOutcome.CONTINUING, "text", at)
        return callback

    def resolved(self, callback: Callback, at: datetime) -> None:
        act = ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True)
        technician_acts(self.session, DESK, callback, act, self.amy, at)

    def resolution(self, callback: Callback, now: datetime) -> Resolution:
        self.session.flush()
        (only,) = resolutions(self.session, DESK, DESK.regular_hours, Callback.id == callback.id, now)
        return only

    def owed(self, now: datetime) -> set[int]:
        return set(still_owed(self.session, DESK, DESK.regular_hours, now))


@pytest.fixture
def facts(database: Database) -> Iterator[Facts]:
    with Session(database.engine) as session, session.begin():
        yield Facts(session)
        session.rollback()


def test_a_resolution_counts_by_the_priority_of_the_line(facts: Facts) -> None:
    found = facts.resolution(facts.tried(facts.callback()), TUESDAY + HOUR)
    assert (found.line, found.priority, found.began_at) == ("direct", PriorityLevel.P2, TUESDAY)
    assert found.promise.due_at == TUESDAY + 24 * HOUR
    assert found.promise.standing is Standing.ON_TIME


def test_another_priority_counts_by_its_own_target(facts: Facts) -> None:
    callback = facts.tried(facts.callback())
    supervisor_acts(facts.session, DESK, callback, SetPriority(PriorityLevel.P1), SUE, TUESDAY + HOUR)
    found = facts.resolution(callback, TUESDAY + HOUR)
    assert found.priority is PriorityLevel.P1
    assert found.promise.due_at == TUESDAY + 4 * HOUR


def test_the_clock_is_paused_while_the_desk_waits_for_the_customer(facts: Facts) -> None:
    callback = facts.tried(facts.callback())
    due_at = facts.resolution(callback, TUESDAY + HOUR).promise.due_at
    assert due_at is not None
    supervisor_acts(facts.session, DESK, callback, WaitForCustomer("a log file"), SUE, TUESDAY + 2 * HOUR)
    assert facts.resolution(callback, TUESDAY + 3 * HOUR).promise.due_at is None
    supervisor_acts(facts.session, DESK, callback, EndWait(), SUE, TUESDAY + 4 * HOUR)
    assert facts.resolution(callback, TUESDAY + 4 * HOUR).promise.due_at == due_at + 2 * HOUR


def test_a_fix_in_a_coming_release_is_promised_for_no_hour(facts: Facts) -> None:
    callback = facts.tried(facts.callback())
    supervisor_acts(facts.session, DESK, callback, SetPriority(PriorityLevel.P3), SUE, TUESDAY + HOUR)
    supervisor_acts(facts.session, DESK, callback, FixInRelease("7.2"), SUE, TUESDAY + 2 * HOUR)
    which = Callback.id == callback.id
    assert resolutions(facts.session, DESK, DESK.regular_hours, which, TUESDAY + 3 * HOUR) == []
    supervisor_acts(facts.session, DESK, callback, FixInRelease(""), SUE, TUESDAY + 4 * HOUR)
    assert facts.resolution(callback, TUESDAY + 4 * HOUR).promise.due_at == TUESDAY + 72 * HOUR


@pytest.mark.parametrize(("after", "standing"), [(2 * HOUR, Standing.MET), (timedelta(days=10), Standing.BREACHED)])
def test_a_resolution_is_met_or_missed_for_good(facts: Facts, after: timedelta, standing: Standing) -> None:
    callback = facts.tried(facts.callback())
    facts.resolved(callback, TUESDAY + after)
    assert facts.resolution(callback, TUESDAY + timedelta(days=30)).promise.standing is standing


def test_a_resolution_is_owed_from_the_first_attempt_until_it_is_closed(facts: Facts) -> None:
    callback = facts.callback()
    assert facts.owed(TUESDAY) == set()
    facts.tried(callback)
    assert facts.owed(TUESDAY + HOUR) == {callback.id}
    facts.resolved(callback, TUESDAY + 2 * HOUR)
    assert facts.owed(TUESDAY + 2 * HOUR) == set()


def test_each_callback_has_its_own_changes_and_waits(facts: Facts) -> None:
    first, second = facts.tried(facts.callback("CA1")), facts.tried(facts.callback("CA2"))
    supervisor_acts(facts.session, DESK, first, WaitForCustomer(""), SUE, TUESDAY + HOUR)
    supervisor_acts(facts.session, DESK, second, SetPriority(PriorityLevel.P1), SUE, TUESDAY + HOUR)
    assert facts.resolution(first, TUESDAY + 2 * HOUR).promise.due_at is None
    assert facts.resolution(first, TUESDAY + 2 * HOUR).priority is PriorityLevel.P2
    assert facts.resolution(second, TUESDAY + 2 * HOUR).promise.due_at == TUESDAY + 4 * HOUR


def test_many_callbacks_take_as_many_queries_as_one(facts: Facts) -> None:
    for n in range(3):
        facts.tried(facts.callback(f"CA{n}"))
    facts.session.flush()
    with queries(facts.session) as made:
        assert len(still_owed(facts.session, DESK, DESK.regular_hours, TUESDAY + HOUR)) == 3
    assert len(made) == 3


@contextmanager
def queries(session: Session) -> Iterator[list[str]]:
    """Collect the statements of a session."""
    made: list[str] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        made.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield made
    event.remove(connection, "before_cursor_execute", note)


def test_a_supervisor_can_read_both_promises_to_the_customer(facts: Facts) -> None:
    callback = facts.tried(facts.callback())
    facts.session.flush()
    reaction, resolution = explanations(facts.session, DESK, DESK.regular_hours, callback, TUESDAY + HOUR)
    assert reaction.startswith("A first reaction was promised within 30 minutes from Tue 24 Nov 2026 10:00 EST")
    assert resolution.startswith("A resolution was promised within 24 hours from")
    assert "still on time" in resolution
