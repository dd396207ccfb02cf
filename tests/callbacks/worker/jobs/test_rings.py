"""Ends calls to technicians that ring in vain, and asks the carrier once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AttemptState, CarrierStatus, PageState
from callbacks.db.tables import Page, PageAttempt
from callbacks.errors import CarrierError
from callbacks.inbound import calls
from callbacks.inbound.rings import start_ringing, stop_ringing
from callbacks.people.technicians import add_technician
from callbacks.worker.jobs.rings import RingEnder
from sla.clock import MovingClock

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


class CarrierStub:
    def __init__(self, fault: CarrierError | None = None) -> None:
        self.ended: list[str] = []
        self.fault = fault

    def cancel_call(self, sid: str) -> None:
        self.ended.append(sid)
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def ringing(database: Database) -> Database:
    """A database in which a phone rings for a caller."""

    def work(session: Session) -> None:
        amy = add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True)
        call = calls.record_call(session, calls.Arrival("CA1", "direct", "+15145550199", "en", True, ""), NOW)
        start_ringing(session, call, (amy.id,), NOW)
        session.flush()
        session.get_one(Page, 1).state = PageState.SENT
        attempt = PageAttempt(page_id=1, started_at=NOW, state=AttemptState.ACCEPTED, sid="CA7")
        attempt.carrier_status = CarrierStatus.RINGING
        session.add(attempt)

    database.write(work)
    return database


def test_a_phone_that_rings_is_left_alone_until_it_rings_in_vain(ringing: Database) -> None:
    clock, carrier = MovingClock(NOW), CarrierStub()
    ender = RingEnder(ringing, carrier, clock)  # type: ignore[arg-type]
    ender.run()
    assert (carrier.ended, ender.next_due_at()) == ([], None)
    ringing.write(lambda session: stop_ringing(session, "CA1", NOW + timedelta(seconds=5)))
    assert ender.next_due_at() == NOW + timedelta(seconds=5)
    ender.run()
    assert carrier.ended == []
    clock.pass_time(timedelta(seconds=5))
    ender.run()
    ender.run()
    assert carrier.ended == ["CA7"]


def test_a_refusal_is_not_repeated(ringing: Database) -> None:
    carrier = CarrierStub(CarrierError("refused"))
    ringing.write(lambda session: stop_ringing(session, "CA1", NOW))
    ender = RingEnder(ringing, carrier, MovingClock(NOW))  # type: ignore[arg-type]
    ender.run()
    ender.run()
    assert carrier.ended == ["CA7"]
