"""Rings as rows: how each stands, and which calls are to be ended at the carrier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AttemptState, CarrierStatus, PageKind, PageState
from callbacks.db.tables import Call, Page, PageAttempt, Technician
from callbacks.inbound import calls
from callbacks.inbound.hunt import Ring
from callbacks.inbound.rings import (
    calls_to_end,
    is_wanted,
    next_due_at,
    rings_for,
    start_ringing,
    stop_ringing,
)
from callbacks.people.technicians import add_technician

BEGAN = datetime(2026, 11, 24, 15, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


class Rung:
    """A caller for whom Amy is rung."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.amy = add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", True, "")
        self.call: Call = calls.record_call(session, arrival, BEGAN)
        self.start(self.amy)

    def start(self, technician: Technician) -> None:
        start_ringing(self.session, self.call, (technician.id,), at(1))
        self.session.flush()

    @property
    def page(self) -> Page:
        return self.session.scalars(select(Page).where(Page.technician_id == self.amy.id)).one()

    def is_sent(self, status: CarrierStatus = CarrierStatus.RINGING, sid: str | None = "CA7") -> PageAttempt:
        state = AttemptState.ACCEPTED if sid else AttemptState.SENDING
        self.page.state = PageState.SENT if sid else PageState.DUE
        attempt = PageAttempt(page_id=self.page.id, started_at=at(2), state=state, sid=sid, carrier_status=status)
        self.session.add(attempt)
        self.session.flush()
        return attempt

    def stop(self, seconds: float = 10) -> None:
        stop_ringing(self.session, "CA1", at(seconds))
        self.session.flush()

    def to_end(self, seconds: float = 10) -> list[str]:
        return list(calls_to_end(self.session, at(seconds)))


@pytest.fixture
def rung(database: Database) -> Iterator[Rung]:
    with Session(database.engine) as session, session.begin():
        yield Rung(session)
        session.rollback()


def test_a_ring_is_a_page_that_is_sent_at_once(rung: Rung) -> None:
    page = rung.page
    assert (page.kind, page.state, page.next_action_at) == (PageKind.LIVE_CALL, PageState.DUE, at(1))
    assert page.live_call is rung.call
    assert rings_for(rung.session, "CA1") == (Ring(rung.amy.id, at(1)),)


@pytest.mark.parametrize(
    ("status", "picked_up", "over"),
    [
        (CarrierStatus.NONE, False, False),
        (CarrierStatus.RINGING, False, False),
        (CarrierStatus.IN_PROGRESS, True, False),
        (CarrierStatus.COMPLETED, False, True),
        (CarrierStatus.BUSY, False, True),
        (CarrierStatus.NO_ANSWER, False, True),
        (CarrierStatus.FAILED, False, True),
        (CarrierStatus.CANCELED, False, True),
    ],
)
def test_the_carrier_says_how_it_stands(rung: Rung, status: CarrierStatus, picked_up: bool, over: bool) -> None:
    rung.is_sent(status)
    assert rings_for(rung.session, "CA1") == (Ring(rung.amy.id, at(2), picked_up, over),)


@pytest.mark.parametrize("state", [PageState.CANCELLED, PageState.FAILED, PageState.OVER_THE_CAP])
def test_one_that_is_not_sent_is_over(rung: Rung, state: PageState) -> None:
    rung.page.state = state
    rung.session.flush()
    assert [ring.is_over for ring in rings_for(rung.session, "CA1")] == [True]
    assert not is_wanted(rung.session, "CA1", rung.amy.id)


def test_a_phone_that_still_rings_is_ended_once(rung: Rung) -> None:
    rung.is_sent()
    assert (next_due_at(rung.session), rung.to_end()) == (None, [])
    rung.stop(10)
    assert next_due_at(rung.session) == at(10)
    assert rung.to_end(9) == []
    assert rung.to_end(10) == ["CA7"]
    assert (rung.to_end(11), next_due_at(rung.session)) == ([], None)


def test_one_who_is_left_out_goes_on_ringing(rung: Rung) -> None:
    rung.is_sent()
    stop_ringing(rung.session, "CA1", at(10), but=rung.amy.id)
    assert is_wanted(rung.session, "CA1", rung.amy.id)
    assert rung.to_end(10) == []


@pytest.mark.parametrize("status", [CarrierStatus.COMPLETED, CarrierStatus.NO_ANSWER, CarrierStatus.BUSY])
def test_one_that_is_over_is_left_alone(rung: Rung, status: CarrierStatus) -> None:
    rung.is_sent(status)
    rung.stop()
    assert rung.to_end() == []


def test_one_that_was_never_sent_is_left_alone(rung: Rung) -> None:
    rung.stop()
    assert rung.to_end() == []


def test_one_whose_call_is_not_known_yet_is_ended_as_soon_as_it_is(rung: Rung) -> None:
    attempt = rung.is_sent(CarrierStatus.NONE, sid=None)
    rung.stop(10)
    assert rung.to_end(10) == []
    attempt.sid, attempt.state = "CA7", AttemptState.ACCEPTED
    rung.session.flush()
    assert rung.to_end(11) == ["CA7"]


def test_one_whose_call_is_never_known_is_given_up(rung: Rung) -> None:
    rung.is_sent(CarrierStatus.NONE, sid=None)
    rung.stop(10)
    assert rung.to_end(70) == []
    assert next_due_at(rung.session) is None
