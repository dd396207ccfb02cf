"""Ends calls to technicians that ring in vain: somebody else took the caller, or the caller no longer waits."""

from __future__ import annotations

from datetime import datetime

import structlog

from callbacks.db.database import Database
from callbacks.errors import CarrierError
from callbacks.inbound import rings
from callbacks.paging.channels.twilio import Carrier
from sla.clock import Clock

log = structlog.get_logger(__name__)


class RingEnder:
    """Asks the carrier once to end each of them. A phone that rings on stops by itself."""

    def __init__(self, database: Database, carrier: Carrier, clock: Clock) -> None:
        self._database, self._carrier, self._clock = database, carrier, clock

    def next_due_at(self) -> datetime | None:
        return self._database.read(rings.next_due_at)

    def run(self) -> None:
        due_at, now = self.next_due_at(), self._clock.now()
        if due_at is None or due_at > now:
            return
        for sid in self._database.write(lambda session: rings.calls_to_end(session, now)):
            try:
                self._carrier.cancel_call(sid)
            except CarrierError as fault:
                log.warning("a call to a technician could not be ended", call=sid, cause=str(fault))
