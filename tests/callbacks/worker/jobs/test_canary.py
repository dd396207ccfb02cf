"""The job of the daily canary: one call a day, and one alarm if it does not come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus, PageKind
from callbacks.db.tables import Page
from callbacks.desk.canary import Canary
from callbacks.desk.desk_file import read_desk
from callbacks.desk.escalation_policy import SUPERVISOR
from callbacks.errors import CarrierError
from callbacks.lifecycle import canary
from callbacks.lifecycle.canary import Missing, Progress
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Accepted, Carrier
from callbacks.people.technicians import add_technician
from callbacks.settings import Settings
from callbacks.worker.jobs.canary import DailyCanary, progress_of
from sla.clock import MovingClock

PART = Canary(number="+15145550170", line="direct")
DESK = read_desk(Path("support.toml")).model_copy(update={"canary": PART})
BEGAN = datetime(2026, 11, 28, 16, tzinfo=UTC)  # eleven at the desk
MINUTE = timedelta(minutes=1)


class Calls(Carrier):
    """A carrier that only notes the calls it is asked for, or refuses them."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+18884847266", "secret"))
        self.placed: list[tuple[str, str]] = []
        self.refuses = False

    def leave_message(self, to: str, from_: str, words: str, voice: str) -> Accepted:
        if self.refuses:
            raise CarrierError("The carrier refused it.")
        self.placed.append((to, from_))
        return Accepted("CA1", CarrierStatus.QUEUED)


@pytest.fixture
def carrier() -> Calls:
    return Calls()


def test_two_workers_place_one_call_a_day(database: Database, carrier: Calls) -> None:
    clock = MovingClock(BEGAN - MINUTE)
    workers = [DailyCanary(database, carrier, DESK, PART, clock) for _ in range(2)]
    for expected in (0, 1, 1):
        for worker in workers:
            worker.run()
        assert carrier.placed == [("+15148458474", "+15145550170")] * expected
        clock.pass_time(MINUTE)
    clock.pass_time(timedelta(days=1))
    for worker in workers:
        worker.run()
    assert len(carrier.placed) == 2


@pytest.mark.parametrize(("refuses", "missing"), [(True, Missing.CALL), (False, Missing.ARRIVAL)])
def test_supervisors_are_alerted_once_after_ten_minutes(
    database: Database, carrier: Calls, refuses: bool, missing: Missing
) -> None:
    def sue(session: Session) -> None:
        row = add_technician(session, "Sue Tran", "+15145550104", BEGAN, verified=True)
        store.add_shift(session, DESK, row, SUPERVISOR, None, None, BEGAN)

    database.write(sue)
    clock, carrier.refuses = MovingClock(BEGAN), refuses
    worker = DailyCanary(database, carrier, DESK, PART, clock)
    for minute in range(14):
        worker.run()
        pages = database.read(lambda session: session.scalars(select(Page)).unique().all())
        assert [page.kind for page in pages] == ([PageKind.ALARM] if minute >= 10 else []), minute
        clock.pass_time(MINUTE)
    assert database.read(canary.last_runs).missing is missing
    progress = database.read(lambda session: progress_of(session, BEGAN))
    assert progress == Progress(not refuses, has_arrived=False, is_recorded=False, is_paged=False)
