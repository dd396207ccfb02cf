"""Decides the callbacks whose next action is due, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback
from callbacks.lifecycle.transitions import look_again_at
from callbacks.records.event_log import record_event
from sla.clock import Clock

log = structlog.get_logger(__name__)

RETRY_AFTER = timedelta(minutes=1)
MOST = 200  # in one run, so that other jobs run in between
IS_OPEN = Callback.state == CallbackState.OPEN


class DueCallbacks:
    """Decides the open callbacks that are due."""

    def __init__(
        self, database: Database, clock: Clock, decide: Callable[[Session, Callback, datetime], object]
    ) -> None:
        self._database, self._clock, self._decide = database, clock, decide

    def next_due_at(self) -> datetime | None:
        """Return when the next one is due, or None."""
        earliest = select(func.min(Callback.next_action_at)).where(IS_OPEN)
        return self._database.read(lambda session: session.scalar(earliest))

    def run(self) -> bool:
        """Decide those that are due, the earliest deadline first. Return whether there may be more."""
        now = self._clock.now()
        due = select(Callback.id).where(IS_OPEN, Callback.next_action_at <= now)
        first = due.order_by(Callback.due_at).limit(MOST)
        found = self._database.read(lambda session: session.scalars(first).all())
        for callback_id in found:
            self._decide_or_retry_later(callback_id, now)
        return len(found) == MOST

    def _decide_or_retry_later(self, callback_id: int, now: datetime) -> None:
        try:
            self._database.write(lambda session: self._decide_one(session, callback_id, now))
        except Exception:  # one broken row must not stop the pages of others
            log.exception("a callback could not be decided; it is tried again in a minute", callback=callback_id)
            self._database.write(lambda session: _retry_later(session, callback_id, now))

    def _decide_one(self, session: Session, callback_id: int, now: datetime) -> None:
        callback = locked_or_none(session, Callback, callback_id, skip_locked=True)
        if callback is None or callback.state is not CallbackState.OPEN:
            return
        if callback.next_action_at is not None and callback.next_action_at <= now:
            self._decide(session, callback, now)


def _retry_later(session: Session, callback_id: int, now: datetime) -> None:
    callback = session.get_one(Callback, callback_id)
    look_again_at(callback, now + RETRY_AFTER)
    detail = "It is tried again in a minute. See the log."
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.DECISION_FAILED, detail)
