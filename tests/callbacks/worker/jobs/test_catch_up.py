"""After a restore, jobs that send are held until the desk has caught up. The nights are in tests/scenarios."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callbacks.backup.restored import mark_restored, restored_from
from callbacks.db.database import Database
from callbacks.db.states import PageKind
from callbacks.db.tables import Page
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Carrier
from callbacks.people.technicians import add_technician
from callbacks.settings import Settings
from callbacks.worker.jobs.catch_up import GIVEN_UP_AFTER, CatchUp
from callbacks.worker.jobs.reconciliation import Reconciliation
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
MADE_AT = datetime(2026, 11, 28, 3, tzinfo=UTC)


class Looks(Reconciliation):
    """A look back that succeeds or not, as the test says."""

    fault: CarrierError | Exception | None = None
    asked: list[datetime]

    def look_back_to(self, instant: datetime, *, texts_too: bool = True) -> bool:
        self.asked.append(instant)
        if self.fault is not None and not isinstance(self.fault, CarrierError):
            raise self.fault
        return self.fault is None


class Silent(Carrier):
    """A carrier that had nothing to do since the backup."""

    def texts_since(self, since: datetime) -> object:  # type: ignore[override]
        return []

    def calls_placed_to(self, number: str, since: datetime) -> object:  # type: ignore[override]
        return []


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(MADE_AT + timedelta(hours=1))


@pytest.fixture
def look_back(database: Database, clock: MovingClock) -> Looks:
    carrier = Silent(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
    looks = Looks(database, carrier, DESK, clock)
    looks.asked = []
    return looks


@pytest.fixture
def job(database: Database, clock: MovingClock, look_back: Looks) -> CatchUp:
    carrier = Silent(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
    return CatchUp(database, carrier, DESK, clock, look_back)


def restored(database: Database, clock: MovingClock) -> None:
    def work(session: object) -> None:
        sue = add_technician(session, "Sue Tran", "+15145550104", clock.now(), verified=True)  # type: ignore[arg-type]
        store.add_shift(session, DESK, sue, "supervisor", None, None, clock.now())  # type: ignore[arg-type]
        mark_restored(session, MADE_AT)  # type: ignore[arg-type]

    database.write(work)


def alerts(database: Database) -> list[str]:
    asked = select(Page.words).where(Page.kind == PageKind.ALARM)
    return database.read(lambda session: list(session.scalars(asked)))


def test_a_desk_that_was_not_restored_has_nothing_to_catch_up_with(job: CatchUp, look_back: Looks) -> None:
    assert job.is_over()
    assert job.next_due_at() is None
    assert job.held(lambda: True)() is True
    job.run()
    assert look_back.asked == []


def test_jobs_are_held_until_the_carrier_was_asked_for_all_since_the_backup(
    database: Database, clock: MovingClock, job: CatchUp, look_back: Looks
) -> None:
    restored(database, clock)
    ran: list[bool] = []
    held = job.held(lambda: ran.append(True))
    held()
    assert ran == []
    assert job.next_due_at() == clock.now()
    job.run()
    assert look_back.asked == [MADE_AT]
    held()
    assert ran == [True]
    assert job.next_due_at() is None
    (alert,) = alerts(database)
    assert "restored from a backup of Fri 27 Nov 22:00. Calls, messages and texts since then were taken" in alert


@pytest.mark.parametrize("fault", [CarrierError("no connection"), ValueError("a defect")])
def test_after_five_minutes_of_failures_the_desk_goes_on_all_the_same(
    database: Database, clock: MovingClock, job: CatchUp, look_back: Looks, fault: Exception
) -> None:
    restored(database, clock)
    look_back.fault = fault
    job.run()
    clock.move_to(clock.now() + GIVEN_UP_AFTER - timedelta(seconds=1))
    job.run()
    assert database.read(restored_from) == MADE_AT
    assert alerts(database) == []
    clock.move_to(clock.now() + timedelta(seconds=1))
    job.run()
    assert job.is_over()
    (alert,) = alerts(database)
    assert "pages may come twice" in alert


def test_of_two_workers_one_catches_up(database: Database, clock: MovingClock, job: CatchUp, look_back: Looks) -> None:
    restored(database, clock)
    other = CatchUp(database, job._carrier, DESK, clock, look_back)
    look_back.fault = None
    original = look_back.look_back_to

    def while_the_other_runs(instant: datetime, *, texts_too: bool = True) -> bool:
        look_back.look_back_to = original  # type: ignore[method-assign]
        other.run()
        return original(instant, texts_too=texts_too)

    look_back.look_back_to = while_the_other_runs  # type: ignore[method-assign]
    job.run()
    assert look_back.asked == [MADE_AT]
