"""The summary that `report` prints: how many callbacks were made in time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback
from callbacks.text.formats import span
from sla.attainment import Attainment, Record, attainment, attainment_by, by_line, by_person, by_week


def summary(session: Session, zone: ZoneInfo, since: datetime, now: datetime) -> str:
    """Return how many of the callbacks due since an instant were made in time, in all and by week, line and person.

    A callback that was cancelled before an attempt does not count.
    """
    query = select(Callback).where(Callback.due_at >= since)
    query = query.where(or_(Callback.state != CallbackState.CANCELLED, Callback.attempted_at.is_not(None)))
    records = [_record(callback) for callback in session.scalars(query)]
    lines = [f"Callbacks due since {since.astimezone(zone):%Y-%m-%d %H:%M}: {len(records)}"]
    lines.append(_line("in all", attainment(records, now)))
    for heading, grouping in {"week": by_week(zone), "line": by_line, "person": by_person}.items():
        lines.append(f"by {heading}")
        lines += [_line(name, kept) for name, kept in attainment_by(grouping, records, now).items()]
    return "\n".join(lines)


def _record(callback: Callback) -> Record:
    person = callback.owner.name if callback.owner else None
    began_at, line = callback.call.began_at, callback.call.line
    return Record(callback.priority.value, line, began_at, callback.due_at, callback.attempted_at, person)


def _line(name: str, found: Attainment) -> str:
    share = "" if found.share_met is None else f" ({100 * found.share_met:.1f} %)"
    median = "none yet" if found.median is None else span(found.median)
    late = "none yet" if found.percentile_95 is None else span(found.percentile_95)
    kept = f"kept in time {found.met}, missed {found.missed}{share}, open {found.open}"
    return f"  {name:<16}{kept}; first attempt: median {median}, 95th percentile {late}"
