"""The promises made for a callback, as the library of business time understands them."""

from __future__ import annotations

from datetime import datetime

from callbacks.desk import Desk
from callbacks.tables import Callback
from sla.explanation import explained
from sla.hours import SupportHours
from sla.promises import Course, first_reaction, resolution


def course_of(desk: Desk, callback: Callback) -> Course:
    """What has happened to a callback, as far as its promises go."""
    return Course(
        began_at=callback.call.began_at,
        priorities=((callback.call.began_at, desk.promises[callback.priority]),),
        attempted_at=callback.attempted_at,
        resolved_at=callback.resolved_at,
        promised_reaction=desk.promised_callback,
    )


def explanations(desk: Desk, hours: SupportHours, callback: Callback, now: datetime) -> list[str]:
    """Say in sentences that a supervisor can read to the customer what was promised and how it stands."""
    course = course_of(desk, callback)
    promises = (first_reaction(course, hours, now), resolution(course, hours, now))
    return [explained(promise, hours) for promise in promises if promise is not None]
