"""The queue of open callbacks, from what is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, true
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome, record_attempt
from callbacks.acts.base import Act
from callbacks.acts.named_time import NameTime
from callbacks.acts.promises import EndWait, FixInRelease, SetPriority, WaitForCustomer
from callbacks.db.database import Database
from callbacks.db.states import PriorityLevel, ReachOutcome, ReportedOutcome, VoicemailState
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.next_due import Owed
from callbacks.lifecycle.queue import Queued, due_by_id, queue
from callbacks.people import technicians
from tests.acting import supervisor_acts, technician_acts

DESK = read_desk(Path("support.toml"))
HOUR = timedelta(hours=1)
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 10:00 at the desk, in support hours


class Day:
    """A Tuesday with calls, each on the direct line, and Amy who calls back."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.amy = technicians.add_technician(session, "Amy Roy", "+15145550101", TUESDAY, verified=True)

    def call(self, at: datetime, *, tried: bool = False) -> Callback:
        sid = f"CA{self.session.query(Callback).count()}"
        arrival = calls.Arrival(sid, "direct", "+15145550199", "en", True, "")
        calls.record_call(self.session, arrival, at).is_separate = True
        recording = calls.Recording(VoicemailState.EXPECTED, None, 9)
        callback = calls.record_voicemail(self.session, DESK, sid, recording, at)
        assert callback is not None
        if tried:
            record_attempt(self.session, callback, self.amy, ReachOutcome.CONTINUING, "text", at)
        return callback

    def does(self, callback: Callback, act: Act, at: datetime) -> None:
        supervisor_acts(self.session, DESK, callback, act, "sue@example.com", at)

    def queue(self, at: datetime) -> list[Queued]:
        self.session.flush()
        return queue(self.session, DESK, DESK.regular_hours, true(), at)

    def due(self, callback: Callback, at: datetime) -> tuple[Owed, datetime | None]:
        (found,) = [each.due for each in self.queue(at) if each.id == callback.id]
        return found.what, found.at


@pytest.fixture
def day(database: Database) -> Iterator[Day]:
    with Session(database.engine) as session, session.begin():
        yield Day(session)
        session.rollback()


def test_a_callback_through_its_life(day: Day) -> None:
    callback, noon = day.call(TUESDAY), TUESDAY + 2 * HOUR
    assert day.due(callback, TUESDAY) == (Owed.FIRST_REACTION, TUESDAY + HOUR / 2)
    record_attempt(day.session, callback, day.amy, ReachOutcome.CONTINUING, "text", TUESDAY)
    assert day.due(callback, TUESDAY) == (Owed.RESOLUTION, TUESDAY + 24 * HOUR)
    day.does(callback, WaitForCustomer("a log file"), noon)
    assert day.due(callback, noon + HOUR) == (Owed.ANSWER, None)
    (waiting,) = day.queue(noon + HOUR)
    assert (waiting.is_waiting, waiting.due.left) == (True, 22 * HOUR)
    day.does(callback, EndWait(), noon + 2 * HOUR)
    assert day.due(callback, noon + 2 * HOUR) == (Owed.RESOLUTION, TUESDAY + 26 * HOUR)
    day.does(callback, NameTime(noon + 5 * HOUR), noon + 2 * HOUR)
    assert day.due(callback, noon + 3 * HOUR) == (Owed.NAMED_TIME, noon + 5 * HOUR)
    assert not day.queue(noon + 3 * HOUR)[0].is_waiting
    assert day.due(callback, noon + 5 * HOUR) == (Owed.RESOLUTION, TUESDAY + 29 * HOUR)
    day.does(callback, SetPriority(PriorityLevel.P3), noon + 5 * HOUR)
    day.does(callback, FixInRelease("7.2"), noon + 5 * HOUR)
    assert day.due(callback, noon + 6 * HOUR) == (Owed.RELEASE, None)
    assert day.queue(noon + 6 * HOUR)[0].release == "7.2"
    resolved = ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True)
    technician_acts(day.session, DESK, callback, resolved, day.amy, noon + 7 * HOUR)
    assert day.queue(noon + 7 * HOUR) == []


def test_what_is_due_first_comes_first_whatever_its_priority(day: Day) -> None:
    later, first = day.call(TUESDAY, tried=True), day.call(TUESDAY + HOUR)
    critical = day.call(TUESDAY + 2 * HOUR, tried=True)
    day.does(critical, SetPriority(PriorityLevel.P1), TUESDAY + 2 * HOUR)
    found = day.queue(TUESDAY + 2 * HOUR)
    assert [each.id for each in found] == [first.id, critical.id, later.id]
    assert [each.owner_id for each in found] == [None, day.amy.id, day.amy.id]


def test_what_is_due_at_the_same_instant_is_in_the_order_of_opening(day: Day) -> None:
    ids = [day.call(TUESDAY).id for _ in range(3)]
    assert [each.id for each in day.queue(TUESDAY)] == ids


def test_only_those_asked_for(day: Day) -> None:
    one, _ = day.call(TUESDAY), day.call(TUESDAY)
    day.session.flush()
    assert set(due_by_id(day.session, DESK, DESK.regular_hours, Callback.id == one.id, TUESDAY)) == {one.id}


def test_many_take_as_many_queries_as_one(day: Day) -> None:
    def queries() -> int:
        seen = list[str]()
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        day.session.flush()
        engine = day.session.get_bind()
        event.listen(engine, "before_cursor_execute", listen)
        day.queue(TUESDAY)
        event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    day.call(TUESDAY, tried=True)
    before = queries()
    for _ in range(5):
        day.call(TUESDAY, tried=True)
    assert queries() == before
