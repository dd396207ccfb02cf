"""Places the daily canary, and alerts supervisors if its page does not come back."""

from __future__ import annotations

import secrets
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database, locked
from callbacks.db.states import AttemptState, CallbackOrigin, CallbackState, Screening, VoicemailState
from callbacks.db.tables import Call, Callback, Page, PageAttempt, Voicemail
from callbacks.desk.canary import Canary
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.lifecycle import canary
from callbacks.lifecycle.canary import Progress
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.canary_end import end_canary
from callbacks.paging.channels.twilio import Carrier
from callbacks.people.canary import set_up_recipient
from sla.clock import Clock

log = structlog.get_logger(__name__)


class DailyCanary:
    """The test call of a desk, once a day."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, part: Canary, clock: Clock) -> None:
        self._database, self._carrier, self._clock = database, carrier, clock
        self._desk, self._part = desk, part

    def run(self) -> None:
        """Report the canary that is not back in time, then begin today's if it is due."""
        now = self._clock.now()
        self._database.write(lambda session: self._report(session, now))
        if self._database.write(lambda session: self._begin(session, now)):
            self._place(now)

    def _begin(self, session: Session, now: datetime) -> bool:
        if not canary.begin(session, self._part.at, self._desk.zone, now):
            return False
        set_up_recipient(session, self._part.number, now)
        return True

    def _place(self, now: datetime) -> None:
        """Place the call. If that fails, it is reported with the canary."""
        line = self._desk.lines[self._part.line]
        code = " ".join(f"{secrets.randbelow(10000):04}")
        words = f"This is a test of the support desk. Nobody needs to call back. The code of this test is {code}."
        try:
            self._carrier.leave_message(line.number, self._part.number, words, self._desk.voices.for_("en"))
        except CarrierError as fault:
            log.warning("the canary could not be placed", cause=str(fault))
            return
        self._database.write(lambda session: marks.record(session, canary.PLACED, now))

    def _report(self, session: Session, now: datetime) -> None:
        began_at = canary.to_be_failed(session, now)
        if began_at is not None:
            self._fail(session, began_at, now)

    def _fail(self, session: Session, began_at: datetime, now: datetime) -> None:
        missing = canary.missing(progress_of(session, began_at))
        log.warning("the canary did not come back", missing=missing.value)
        canary.note_failed(session, missing, now)
        open_ones = select(Callback.id).where(
            Callback.origin == CallbackOrigin.CANARY, Callback.state == CallbackState.OPEN
        )
        for callback_id in session.scalars(open_ones).all():
            end_canary(session, locked(session, Callback, callback_id), "Its page was not received in time.", now)
        alert_supervisors(session, self._desk, "canary", messages.canary_failed(missing), now, daily=True)


def progress_of(session: Session, began_at: datetime) -> Progress:
    """Return how far a canary came."""
    placed_at = marks.last_at(session, canary.PLACED)
    call = session.scalar(select(Call).where(Call.screening == Screening.CANARY, Call.began_at >= began_at).limit(1))
    sid = call.sid if call is not None else ""
    recorded = select(Voicemail.id).where(Voicemail.call_sid == sid, Voicemail.state == VoicemailState.RECORDED)
    sent = select(PageAttempt.id).join(Page, Page.id == PageAttempt.page_id)
    sent = sent.join(Callback, Callback.id == Page.callback_id).where(Callback.contact_sid == sid)
    return Progress(
        is_placed=placed_at is not None and placed_at >= began_at,
        has_arrived=call is not None,
        is_recorded=session.scalar(recorded.limit(1)) is not None,
        is_paged=session.scalar(sent.where(PageAttempt.state == AttemptState.ACCEPTED).limit(1)) is not None,
    )
