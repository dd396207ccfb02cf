"""Proves every minute that no customer is forgotten: each open callback has a next action and somebody to take it.

What it finds is a fault of this service. It is repaired, logged as an error and reported to the supervisors.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import look_again_at
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.follow_up import pass_over_owner
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words

log = structlog.get_logger(__name__)

# A callback that nobody owns escalates at least this often, so a later next action is a fault.
ESCALATES_WITHIN = timedelta(hours=1)


def repair_forgotten(session: Session, desk: Desk, now: datetime) -> None:
    """Repair every open callback without a next action, and every one whose owner has left, and report the former."""
    is_open = select(Callback).where(Callback.state == CallbackState.OPEN)
    for callback in session.scalars(is_open.where(Callback.next_action_at.is_(None)).with_for_update()).all():
        _repair(session, desk, callback, "It had no next action.", now)
    late = is_open.where(Callback.owner_id.is_(None), Callback.attempted_at.is_not(None))
    late = late.where(Callback.next_action_at > now + ESCALATES_WITHIN).with_for_update()
    for callback in session.scalars(late).all():
        _repair(session, desk, callback, "Nobody owned it, and it did not escalate.", now)
    for callback in _owned_by_the_departed(session):
        name = callback.owner.name if callback.owner else "The owner"
        pass_over_owner(session, callback, f"{name} has left the team.", now)


def _owned_by_the_departed(session: Session) -> Iterator[Callback]:
    owned = select(Callback).where(Callback.state == CallbackState.OPEN, Callback.owner_id.is_not(None))
    return (each for each in session.scalars(owned).all() if each.owner and each.owner.left_at is not None)


def _repair(session: Session, desk: Desk, callback: Callback, fault: str, now: datetime) -> None:
    look_again_at(callback, now)
    record_event(session, callback.call_sid, now, Actor.DESK, EventKind.NEXT_ACTION_REPAIRED, fault)
    log.error("an open callback had no next action; it has one now", callback=callback.reference, fault=fault)
    english = f"{callback.reference} was open and nothing was going to happen. It escalates again. Check the log."
    french = f"{callback.reference} était ouvert et rien n'était prévu. L'escalade reprend. Vérifiez le journal."
    alert_supervisors(session, desk, f"forgotten {callback.reference}", Words(english, french), now, daily=True)
