"""The open callbacks as a queue, earliest due first, with what is due next for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Waiting
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.next_due import Facts, NextDue, next_due
from callbacks.lifecycle.sla_status import TRIED_AND_OPEN, resolutions
from sla.hours import SupportHours
from sla.promises import left_while_stopped

IS_OPEN = Callback.state == CallbackState.OPEN


@dataclass(frozen=True)
class Queued:
    """One open callback: what is due next, and what the queue can be narrowed to."""

    id: int
    due: NextDue
    owner_id: int | None
    is_waiting: bool  # for the customer, however long that takes
    release: str  # that fixes it


def queue(session: Session, desk: Desk, hours: SupportHours, which: ColumnElement[bool], now: datetime) -> list[Queued]:
    """Return the open callbacks that `which` matches, earliest due first, and among equals the one opened first."""
    columns = (Callback.id, Callback.owner_id, Callback.attempted_at, Callback.due_at, Callback.release)
    found = session.execute(select(*columns).where(IS_OPEN, which).order_by(Callback.id)).all()
    owed = {each.callback_id: each.promise for each in resolutions(session, desk, hours, TRIED_AND_OPEN & which, now)}
    waiting, named_times = _waits(session, which, now)
    queued = []
    for row in found:
        promise, is_tried = owed.get(row.id), row.attempted_at is not None
        if is_tried and promise is None and not row.release:
            continue  # it changed between the two queries
        facts = Facts(
            is_tried=is_tried,
            first_reaction_due_at=row.due_at,
            resolution=promise,
            named_time=named_times.get(row.id),
            left=left_while_stopped(promise, hours) if promise is not None else None,
        )
        due = next_due(facts, desk.callback.at_risk, now)
        queued.append(Queued(row.id, due, row.owner_id, row.id in waiting, row.release))
    return sorted(queued, key=lambda each: each.due.order)


def due_by_id(
    session: Session, desk: Desk, hours: SupportHours, which: ColumnElement[bool], now: datetime
) -> Mapping[int, NextDue]:
    """Return what is due next for the open callbacks that `which` matches, by their IDs."""
    return {each.id: each.due for each in queue(session, desk, hours, which, now)}


def _waits(
    session: Session, which: ColumnElement[bool], now: datetime
) -> tuple[frozenset[int], Mapping[int, datetime]]:
    """Return the open callbacks that wait for their customers, and the times to come that customers have named."""
    query = select(Waiting.callback_id, Waiting.until).join(Callback, Callback.id == Waiting.callback_id)
    found = session.execute(query.where(IS_OPEN, which, Waiting.until.is_(None) | (Waiting.until > now))).all()
    waiting = frozenset(row.callback_id for row in found if row.until is None)
    return waiting, {row.callback_id: row.until for row in found if row.until is not None}
