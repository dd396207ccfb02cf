"""Proves every minute that no customer is forgotten: each open callback has a next action and somebody to take it, and
each page, message to a customer and recording that waits has its next try.

What it finds is a fault of this service. It is repaired, logged as an error and reported to the supervisors.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import Claimable
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Technician
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import look_again_at
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.closed_hours import not_while_closed
from callbacks.paging.follow_up import pass_over_departed_owner
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.worker.overdue import WAITING

log = structlog.get_logger(__name__)

# A callback that nobody owns escalates at least this often, so a later next action is a fault.
ESCALATES_WITHIN = timedelta(hours=1)
AUDITED = "audited"
IS_OPEN = Callback.state == CallbackState.OPEN
NOT_HELD = Callback.held_until.is_(None)


def repair_forgotten(session: Session, desk: Desk, now: datetime) -> None:
    """Repair every open callback without a next action, and every one whose owner has left, and report the former."""
    for callback in _locked(session, Callback.next_action_at.is_(None)):
        _repair(session, desk, callback, "It had no next action.", now)
    soon = now + ESCALATES_WITHIN
    unowned = Callback.owner_id.is_(None) & Callback.attempted_at.is_not(None)
    is_late = (Callback.next_action_at > soon) & (NOT_HELD | (Callback.next_action_at > Callback.held_until))
    for callback in _locked(session, unowned & is_late):
        if not_while_closed(session, desk, callback, soon) == soon:
            _repair(session, desk, callback, "Nobody owned it, and it did not escalate.", now)
    for callback in _locked(session, Callback.owner.has(Technician.left_at.is_not(None))):
        pass_over_departed_owner(session, callback, now)
    for what, model, waits in WAITING:
        _give_a_next_try(session, desk, what, model, waits, now)
    marks.record(session, AUDITED, now)


def last_audit(session: Session) -> datetime | None:
    """Return when every open callback was last proven to have a next action, or None if that was never."""
    return marks.last_at(session, AUDITED)


def _give_a_next_try(
    session: Session, desk: Desk, what: Words, model: type[Claimable], waits: ColumnElement[bool], now: datetime
) -> None:
    """Repair rows of an outbox that wait for nothing: no worker would ever claim them."""
    stuck = select(model).where(waits, model.next_action_at.is_(None)).with_for_update(of=model, skip_locked=True)
    for row in session.scalars(stuck).all():
        row.next_action_at = now
        log.error("something that waits had no next try; it has one now", what=what.english, row=row.id)
        name = Words(what.english.capitalize(), what.french.capitalize())
        english = f"{name.english} was waiting, but nothing was going to happen. It is tried now. Check the log."
        french = f"{name.french} attendait et rien n'était prévu. Un nouvel essai se fait. Vérifiez le journal."
        alert_supervisors(session, desk, f"stuck {name.english}", Words(english, french), now, daily=True)


def _locked(session: Session, which: ColumnElement[bool]) -> Iterator[Callback]:
    """Yield the open callbacks that match, locked. One that somebody else is changing is left for the next minute."""
    for callback_id in session.scalars(select(Callback.id).where(IS_OPEN, which).order_by(Callback.id)).all():
        if locked_or_none(session, Callback, callback_id, skip_locked=True) is None:
            continue
        yield from session.scalars(select(Callback).where(Callback.id == callback_id, IS_OPEN, which))


def _repair(session: Session, desk: Desk, callback: Callback, fault: str, now: datetime) -> None:
    look_again_at(callback, now)
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.NEXT_ACTION_REPAIRED, fault)
    log.error("an open callback had no next action; it has one now", callback=callback.reference, fault=fault)
    english = f"{callback.reference} was open and nothing was going to happen. It escalates again. Check the log."
    french = f"{callback.reference} était ouvert et rien n'était prévu. L'escalade reprend. Vérifiez le journal."
    alert_supervisors(session, desk, f"forgotten {callback.reference}", Words(english, french), now, daily=True)
