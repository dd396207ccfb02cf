"""A callback whose first page the carrier has accepted, and more calls without an end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageState
from callbacks.db.tables import Page, PageAttempt
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people.technicians import add_technician

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # 10:12 p.m. at the desk


def one_page(database: Database, sid: str = "", channel: Channel = Channel.TEXT, calls: int = 1) -> None:
    """Open a callback for the first of some calls, and have its page accepted under a SID, if one is given."""

    def work(session: Session) -> None:
        amy = add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
        for number in range(calls):
            _call(session, f"CA{number}")
        if sid:
            _accept(session, sid, channel)

    database.write(work)


def _call(session: Session, sid: str) -> None:
    arrival = calls.Arrival(
        sid, "direct", "+15145550199", "en", False, "outside support hours", "TN-Validation-Passed-A"
    )
    call = calls.record_call(session, arrival, BEGAN)
    call.is_separate = True
    if sid == "CA0":
        open_callback(session, DESK, call, BEGAN)
        session.flush()


def _accept(session: Session, sid: str, channel: Channel) -> None:
    page = session.scalars(select(Page)).unique().one()
    page.channel, page.state, page.next_action_at = channel, PageState.SENT, None
    attempt = PageAttempt(page_id=page.id, started_at=BEGAN, state=AttemptState.ACCEPTED, sid=sid)
    attempt.carrier_status = CarrierStatus.QUEUED
    session.add(attempt)
