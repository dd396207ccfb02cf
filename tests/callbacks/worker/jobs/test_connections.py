"""Connections whose reports never came: the carrier is asked for the customer's leg."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, CarrierStatus, Channel, PageKind, ReachOutcome
from callbacks.db.tables import Callback, Page, PageAttempt, ReachAttempt
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Carrier, CarrierCall
from callbacks.paging.connections import record_dialing
from callbacks.people.technicians import technician_named
from callbacks.settings import Settings
from callbacks.worker.jobs.connections import GIVEN_UP_AFTER, LONGEST_CALL, REPORTS_ARE_LATE_BY, ConnectionSettler
from sla.clock import MovingClock
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, seed

RANG_AT = BEGAN + timedelta(seconds=8)
HUNG_UP_AT = BEGAN + timedelta(seconds=20)
A_SECOND = timedelta(seconds=1)


class Legs(Carrier):
    """A carrier that lists the legs of a call, or cannot be asked."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.asked: list[str] = []
        self.legs: list[CarrierCall] = []
        self.is_away = False

    def legs_of(self, call_sid: str) -> list[CarrierCall]:
        self.asked.append(call_sid)
        if self.is_away:
            raise CarrierError("The carrier could not be reached: no connection.")
        return self.legs

    def has(self, status: CarrierStatus, seconds: int = 0) -> None:
        self.legs.append(CarrierCall("CA9leg", "+15145550100", "+15145550199", status, RANG_AT, HUNG_UP_AT, seconds))


@pytest.fixture
def carrier() -> Legs:
    return Legs()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(HUNG_UP_AT + REPORTS_ARE_LATE_BY)


@pytest.fixture
def desk(database: Database) -> PagingDesk:
    """A desk where Amy was connected, and hung up; nothing was reported of the customer's leg."""
    desk = seed(database)
    page_id = desk.pages()[0].id

    def work(session: Session, callback: Callback) -> None:
        session.get_one(Page, page_id).channel = Channel.CONNECTION
        record_dialing(session, DESK, callback, technician_named(session, "Amy Roy"), "CA9", BEGAN)

    desk.write(work)
    attempt_id = desk.is_sent(page_id, sid="CA9", status=CarrierStatus.COMPLETED)
    desk.write(lambda session, _: setattr(session.get_one(PageAttempt, attempt_id), "status_at", HUNG_UP_AT))
    return desk


@pytest.fixture
def job(desk: PagingDesk, carrier: Legs, clock: MovingClock) -> ConnectionSettler:
    return ConnectionSettler(desk.database, carrier, DESK, clock)


def attempt_of(desk: PagingDesk) -> ReachAttempt:
    return desk.database.read(lambda session: session.scalars(select(ReachAttempt)).one())


@pytest.mark.parametrize(
    ("status", "seconds", "outcome"),
    [
        (CarrierStatus.COMPLETED, 12, ReachOutcome.REACHED),
        (CarrierStatus.NO_ANSWER, 0, ReachOutcome.NO_ANSWER),
        (CarrierStatus.BUSY, 0, ReachOutcome.BUSY),
    ],
)
def test_a_leg_that_rang_is_an_attempt_from_when_the_carrier_says(
    desk: PagingDesk,
    job: ConnectionSettler,
    carrier: Legs,
    status: CarrierStatus,
    seconds: int,
    outcome: ReachOutcome,
) -> None:
    carrier.has(status, seconds)
    job.run()
    attempt = attempt_of(desk)
    assert (attempt.outcome, attempt.proof, attempt.rang_at) == (outcome, AttemptProof.CARRIER, RANG_AT)
    assert desk.callback.attempted_at == RANG_AT
    assert "how did the call" in desk.pages(PageKind.OUTCOME)[0].words


def test_a_leg_that_was_given_up_at_once_may_not_have_rung(
    desk: PagingDesk, job: ConnectionSettler, carrier: Legs
) -> None:
    carrier.legs.append(CarrierCall("CA9leg", "", "", CarrierStatus.NO_ANSWER, RANG_AT, RANG_AT + 9 * A_SECOND, 0))
    job.run()
    assert attempt_of(desk).proof is AttemptProof.NONE


@pytest.mark.parametrize("status", [None, CarrierStatus.CANCELED, CarrierStatus.FAILED])
def test_without_one_that_rang_it_is_none_and_the_technician_reads_so(
    desk: PagingDesk, job: ConnectionSettler, carrier: Legs, status: CarrierStatus | None
) -> None:
    if status is not None:
        carrier.has(status)
    job.run()
    attempt = attempt_of(desk)
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.NOT_RUNG, AttemptProof.NONE)
    assert desk.callback.attempted_at is None
    assert ["did not ring" in page.words for page in desk.pages(PageKind.OUTCOME)] == [True]
    job.run()
    assert carrier.asked == ["CA9"]  # once it is settled, nothing is asked


def test_reports_have_a_minute_from_the_end_of_the_technicians_call(
    desk: PagingDesk, job: ConnectionSettler, carrier: Legs, clock: MovingClock
) -> None:
    clock.move_to(HUNG_UP_AT + REPORTS_ARE_LATE_BY - A_SECOND)
    job.run()
    assert (carrier.asked, attempt_of(desk).outcome) == ([], ReachOutcome.DIALING)


def test_a_call_that_goes_on_is_left_alone_unless_its_end_was_never_reported(
    desk: PagingDesk, job: ConnectionSettler, carrier: Legs, clock: MovingClock
) -> None:
    def goes_on(session: Session, _: Callback) -> None:
        session.scalars(select(PageAttempt)).one().carrier_status = CarrierStatus.IN_PROGRESS

    desk.write(goes_on)
    job.run()
    assert carrier.asked == []
    clock.move_to(BEGAN + LONGEST_CALL)
    job.run()
    assert carrier.asked == ["CA9"]


def test_a_carrier_that_cannot_be_asked_is_asked_again_and_then_given_up(
    desk: PagingDesk, job: ConnectionSettler, carrier: Legs, clock: MovingClock
) -> None:
    carrier.is_away = True
    job.run()
    assert attempt_of(desk).outcome is ReachOutcome.DIALING
    clock.move_to(HUNG_UP_AT + GIVEN_UP_AFTER)
    job.run()
    assert attempt_of(desk).outcome is ReachOutcome.NOT_RUNG
