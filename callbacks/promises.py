"""The promises made for a callback, as the library of business time understands them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.desk import Desk
from callbacks.tables import Callback, PriorityChange, Waiting
from sla.explanation import explained
from sla.hours import SupportHours
from sla.promises import Course, Wait, first_reaction, resolution


def course_of(session: Session, desk: Desk, callback: Callback) -> Course:
    """What has happened to a callback, as far as its promises go."""
    changes = select(PriorityChange).where(PriorityChange.callback_id == callback.id).order_by(PriorityChange.at)
    changed = [(change.at, desk.promises[change.priority]) for change in session.scalars(changes)]
    waits = select(Waiting).where(Waiting.callback_id == callback.id).order_by(Waiting.since)
    first = desk.lines[callback.call.line].priority if callback.call.line in desk.lines else callback.priority
    return Course(
        began_at=callback.call.began_at,
        priorities=((callback.call.began_at, desk.promises[first]), *changed),
        waits=tuple(Wait(wait.since, wait.until) for wait in session.scalars(waits)),
        attempted_at=callback.attempted_at,
        resolved_at=callback.resolved_at,
        promised_reaction=desk.promised_callback,
    )


def explanations(session: Session, desk: Desk, hours: SupportHours, callback: Callback, now: datetime) -> list[str]:
    """Say in sentences that a supervisor can read to the customer what was promised and how it stands."""
    course = course_of(session, desk, callback)
    promises = (first_reaction(course, hours, now), resolution(course, hours, now))
    return [explained(promise, hours) for promise in promises if promise is not None]
