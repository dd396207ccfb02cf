"""Settles connections of which no report has said whether the customer's phone rang: asks the carrier for the leg."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, locked
from callbacks.db.states import FINAL, ReachOutcome
from callbacks.db.tables import Callback, PageAttempt, ReachAttempt
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Carrier, CarrierCall
from callbacks.paging.connections import SURELY_RANG, LegReport, if_not_rung, settle_unreported, take_leg_report
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=30)
REPORTS_ARE_LATE_BY = timedelta(minutes=1)  # counted from the end of the technician's call
LONGEST_CALL = timedelta(hours=4)  # of a technician's call whose end was never reported
GIVEN_UP_AFTER = timedelta(minutes=10)  # while the carrier cannot be asked


class ConnectionSettler:
    """Settles each connection that still seems to be dialing a minute after the technician's call was over."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, clock: Clock) -> None:
        self._database, self._carrier, self._desk, self._clock = database, carrier, desk, clock

    def run(self) -> None:
        """Settle what is due. A connection that fails does not keep the others waiting."""
        now = self._clock.now()
        for attempt_id, call_sid, since in self._database.read(lambda session: _unsettled(session, now)):
            try:
                legs = [report_of(leg) for leg in self._carrier.legs_of(call_sid)]
            except CarrierError as fault:
                log.warning("the carrier could not be asked for a customer's leg", call=call_sid, cause=str(fault))
                if now - since < GIVEN_UP_AFTER:
                    continue
                legs = []
            self._settle(attempt_id, legs)

    def _settle(self, attempt_id: int, legs: Sequence[LegReport]) -> None:
        now = self._clock.now()

        def work(session: Session) -> None:
            attempt = session.get_one(ReachAttempt, attempt_id)
            locked(session, Callback, attempt.callback_id)
            session.refresh(attempt)
            for leg in legs:
                take_leg_report(session, self._desk, attempt, leg, now)
            if attempt.outcome is ReachOutcome.DIALING:
                settle_unreported(session, self._desk, attempt, now)

        self._database.write(work)


def report_of(leg: CarrierCall) -> LegReport:
    """Return what a leg in the carrier's list proves. A short one without an answer may never have rung."""
    report = LegReport(leg.status, seconds=leg.seconds, at=leg.began_at)
    has_rung = leg.began_at is not None and leg.ended_at is not None and leg.ended_at - leg.began_at >= SURELY_RANG
    return report if has_rung else if_not_rung(report)


def _unsettled(session: Session, now: datetime) -> Sequence[tuple[int, str, datetime]]:
    """Return the connections to settle: the attempt's id, the technician's call, and since when it is over."""
    is_over = and_(PageAttempt.carrier_status.in_(FINAL), PageAttempt.status_at <= now - REPORTS_ARE_LATE_BY)
    is_due = or_(is_over, ReachAttempt.tried_at <= now - LONGEST_CALL)
    query = select(ReachAttempt.id, ReachAttempt.call_sid, PageAttempt.status_at, ReachAttempt.tried_at)
    query = query.outerjoin(PageAttempt, PageAttempt.sid == ReachAttempt.call_sid)
    rows = session.execute(query.where(ReachAttempt.outcome == ReachOutcome.DIALING, is_due).order_by(ReachAttempt.id))
    return [(attempt_id, call_sid or "", at or tried_at) for attempt_id, call_sid, at, tried_at in rows]
