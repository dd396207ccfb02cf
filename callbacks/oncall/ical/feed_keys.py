"""Private calendar feeds: each has a secret address, which opens one technician's shifts or the whole rota."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.db.tables import CalendarKey, Technician
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.ical.feed import feed
from callbacks.oncall.roster import Shift

SHOWN_AHEAD = timedelta(days=190)


def feed_key(session: Session, technician: Technician | None, now: datetime) -> str:
    """Return the secret of a feed, and make one if there is none. None stands for the whole rota."""
    found = session.scalars(_valid_keys(technician)).first()
    if found is not None:
        return found.key
    technician_id = technician.id if technician is not None else None
    made = CalendarKey(key=secrets.token_urlsafe(32), technician_id=technician_id, made_at=now)
    session.add(made)
    return made.key


def revoke_feed(session: Session, technician: Technician | None, now: datetime) -> int:
    """Revoke every address issued for a feed. Return how many there were."""
    found = session.scalars(_valid_keys(technician)).all()
    for key in found:
        key.revoked_at = now
        whose = technician.name if technician is not None else "the whole rota"
        record_removal(session, f"address of the calendar feed of {whose}, made on {key.made_at:%Y-%m-%d %H:%M} UTC")
    return len(found)


def _valid_keys(technician: Technician | None) -> Select[CalendarKey]:
    whose = CalendarKey.technician_id.is_(None) if technician is None else CalendarKey.technician_id == technician.id
    return select(CalendarKey).where(whose, CalendarKey.revoked_at.is_(None))


def feed_content(session: Session, desk: Desk, key: str, now: datetime) -> bytes | None:
    """Return the feed of a secret as iCalendar, or None if it is unknown, revoked, or of a technician who left."""
    found = session.get(CalendarKey, key)
    if found is None or found.revoked_at is not None:
        return None
    technician = session.get(Technician, found.technician_id) if found.technician_id is not None else None
    if technician is not None and technician.left_at is not None:  # an earlier release did not revoke it then
        return None
    whose = f"{technician.name} on call" if technician is not None else "on call"
    return feed(f"{desk.company.sender}: {whose}", feed_shifts(session, desk, technician, now), desk.zone, now)


def feed_shifts(session: Session, desk: Desk, technician: Technician | None, now: datetime) -> list[Shift]:
    """Return the shifts of a technician, or of everybody, from last month to half a year ahead.

    They are the final shifts, with overrides and time off applied. The span starts and ends with a month, so that
    shifts are cut at the same instant on each fetch and keep their identity.
    """
    starts_at, ends_at = _previous_month(now), _month_of(now + SHOWN_AHEAD)
    plan = store.schedule(session, desk, starts_at)
    shifts = [shift for layer in plan.all_layers for shift in plan.final_shifts(layer, starts_at, ends_at)]
    return [shift for shift in shifts if technician is None or shift.person.id == technician.id]


def _month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _previous_month(at: datetime) -> datetime:
    return _month_of(_month_of(at) - timedelta(days=1))
