"""Look-ups: the carrier is asked for the end of what it accepted and has not reported on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus, Channel, PageAnswer, PageKind, PageState
from callbacks.db.tables import Call, Page
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Accepted, Carrier, CarrierCall
from callbacks.settings import Settings
from callbacks.worker.jobs.look_ups import LookUps
from sla.clock import MovingClock
from tests.callbacks.worker.one_page import BEGAN, one_page

DESK = read_desk(Path("support.toml"))
AWAY = CarrierError("The carrier could not be reached: no connection.")
UNKNOWN = CarrierError("The carrier refused it: the carrier does not know this (20404).", code=20404, permanent=True)


class Asked(Carrier):
    """A carrier that knows how some calls and texts ended."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.asked: list[str] = []
        self.knows: dict[str, CarrierCall | Accepted | CarrierError] = {}

    def call(self, sid: str) -> CarrierCall:
        found = self._answer(sid)
        assert isinstance(found, CarrierCall)
        return found

    def text(self, sid: str) -> Accepted:
        found = self._answer(sid)
        assert isinstance(found, Accepted)
        return found

    def _answer(self, sid: str) -> CarrierCall | Accepted:
        self.asked.append(sid)
        found = self.knows.get(sid, UNKNOWN)
        if isinstance(found, CarrierError):
            raise found
        return found


def ended(sid: str, status: CarrierStatus = CarrierStatus.COMPLETED) -> CarrierCall:
    at = BEGAN + timedelta(minutes=1)
    return CarrierCall(sid, "+15145550199", "+15148458474", status, BEGAN, at, 60)


@pytest.fixture
def carrier() -> Asked:
    return Asked()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(BEGAN)


@pytest.fixture
def job(database: Database, carrier: Asked, clock: MovingClock) -> LookUps:
    return LookUps(database, carrier, DESK, clock)


def ends(database: Database) -> list[datetime | None]:
    return database.read(lambda session: list(session.scalars(select(Call.ended_at).order_by(Call.sid))))


def page(database: Database) -> Page:
    return database.read(lambda session: session.scalars(select(Page).order_by(Page.id)).unique().all()[0])


def test_a_call_without_an_end_is_asked_about_and_its_end_recorded(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database)
    carrier.knows["CA0"] = ended("CA0")
    job.run()
    assert carrier.asked == []  # it may still go on
    clock.pass_time(timedelta(minutes=11))
    job.run()
    assert ends(database) == [BEGAN + timedelta(minutes=1)]
    carrier.asked.clear()
    job.run()
    assert carrier.asked == []


def test_a_call_that_goes_on_is_asked_about_again_and_one_that_cannot_is_ended_after_a_day(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database)
    carrier.knows["CA0"] = ended("CA0", CarrierStatus.IN_PROGRESS)
    clock.pass_time(timedelta(hours=3))
    job.run()
    assert ends(database) == [None]
    del carrier.knows["CA0"]
    clock.pass_time(timedelta(hours=22))
    job.run()
    assert ends(database) == [clock.now()]


def test_one_that_the_carrier_does_not_know_stops_no_other(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database, calls=3)
    carrier.knows = {"CA0": ended("CA0"), "CA2": UNKNOWN, "CA1": ended("CA1")}
    clock.pass_time(timedelta(minutes=11))
    job.run()
    assert [at is not None for at in ends(database)] == [True, True, False]


def test_a_carrier_that_cannot_be_reached_is_not_asked_about_everything(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database, calls=9)
    carrier.knows = {f"CA{number}": AWAY for number in range(9)}
    clock.pass_time(timedelta(minutes=11))
    job.run()
    assert len(carrier.asked) == 3


def test_a_text_without_a_report_is_looked_up_and_its_failure_counts(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database, sid="SM1")
    carrier.knows["SM1"] = Accepted("SM1", CarrierStatus.UNDELIVERED, 30003)
    clock.pass_time(timedelta(minutes=3))
    job.run()
    assert page(database).state is PageState.FAILED


def test_a_text_that_is_never_confirmed_is_not_asked_about_for_ever(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database, sid="SM1")
    carrier.knows["SM1"] = Accepted("SM1", CarrierStatus.SENT)
    for _ in range(60):
        clock.pass_time(timedelta(minutes=2))
        job.run()
    assert 1 <= carrier.asked.count("SM1") <= 8


def test_a_page_by_phone_without_an_end_is_looked_up(
    job: LookUps, database: Database, carrier: Asked, clock: MovingClock
) -> None:
    one_page(database, sid="CA99", channel=Channel.CALL)
    carrier.knows["CA99"] = ended("CA99", CarrierStatus.FAILED)
    clock.pass_time(timedelta(minutes=3))
    job.run()
    assert page(database).state is PageState.FAILED
    assert (page(database).kind, page(database).answer) == (PageKind.STEP, PageAnswer.NONE)
