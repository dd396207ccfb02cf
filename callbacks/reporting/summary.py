"""The summary that `report` prints: how many callbacks had their first reaction in time, and what proves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import Callback, Contact, Technician
from callbacks.lifecycle.sla_status import counted_from
from callbacks.records.proofs import NO_TRIES, tries_of
from callbacks.reporting.activity import came_in_on
from callbacks.reporting.counts import promises_a_call
from callbacks.reporting.pieces import by_weeks
from callbacks.text.formats import span
from sla.attainment import (
    Attainment,
    Record,
    attainment,
    attainment_by,
    by_line,
    by_person,
    by_priority,
    by_week,
)

HEADINGS = {"line": "line or mailbox"}


@dataclass(frozen=True)
class Summary:
    """How the promised first reactions due since an instant stand, in all and by several groupings."""

    since: datetime
    now: datetime
    in_all: Attainment
    by: Mapping[str, Mapping[str, Attainment]]  # by "week", "line" or mailbox, "person" and "priority"


def summary(database: Database, zone: ZoneInfo, since: datetime, now: datetime) -> Summary:
    """Return how many of the callbacks due since an instant were made in time.

    A callback that was cancelled before an attempt does not count.
    """
    found = by_weeks(database, _records, since, max(since, now))
    found += database.read(lambda session: _records(session, max(since, now), None))
    groupings = {"week": by_week(zone), "line": by_line, "person": by_person, "priority": by_priority}
    by = {name: attainment_by(grouping, found, now) for name, grouping in groupings.items()}
    return Summary(since.astimezone(zone), now.astimezone(zone), attainment(found, now), by)


def _records(session: Session, since: datetime, until: datetime | None) -> list[Record]:
    in_time = Callback.due_at >= since if until is None else (Callback.due_at >= since) & (Callback.due_at < until)
    facts = (
        *(Callback.id, Callback.state, Callback.priority, Callback.origin, Callback.opened_at, Callback.due_at),
        *(Contact.way, Contact.line, Contact.mailbox, Contact.began_at, Technician.name),
    )
    query = select(*facts).join(Contact, Contact.sid == Callback.contact_sid)
    query = query.outerjoin(Technician, Technician.id == Callback.owner_id).where(in_time)
    tries = tries_of(session, in_time)
    return [
        Record(
            row.priority.value,
            came_in_on(row.way, row.line, row.mailbox),
            counted_from(row.origin, row.began_at, row.opened_at),
            row.due_at,
            its.reacted_at,
            row.name,
            its.proven_at,
            its.no_number_at,
        )
        for row in session.execute(query)
        if promises_a_call(row.state, its := tries.get(row.id, NO_TRIES))
    ]


def as_text(found: Summary) -> str:
    """Return a summary for people."""
    counted = found.in_all.met + found.in_all.missed + found.in_all.open + found.in_all.no_number
    lines = [f"Callbacks due since {found.since:%Y-%m-%d %H:%M}: {counted}", _line("in all", found.in_all)]
    for heading, groups in found.by.items():
        lines.append(f"by {HEADINGS.get(heading, heading)}")
        lines += [_line(name, kept) for name, kept in groups.items()]
    return "\n".join(lines)


def _line(name: str, found: Attainment) -> str:
    share = "" if found.share_met is None else f" ({100 * found.share_met:.1f} %)"
    median = "none yet" if found.median is None else span(found.median)
    late = "none yet" if found.percentile_95 is None else span(found.percentile_95)
    kept = f"kept in time {found.met}, missed {found.missed}{share}, open {found.open}"
    proof = f"proven {found.proven}, by a technician's word {found.by_word}"
    nobody = f"; nobody could be called {found.no_number}" if found.no_number else ""
    return f"  {name:<20}{kept}; {proof}{nobody}; first attempt: median {median}, 95th percentile {late}"


def as_data(found: Summary) -> dict[str, Any]:
    """Return a summary for other programs, which rely on its keys. Times are in seconds."""
    groups = {f"by_{name}": {key: _data(kept) for key, kept in each.items()} for name, each in found.by.items()}
    return {
        "since": found.since.isoformat(timespec="seconds"),
        "until": found.now.isoformat(timespec="seconds"),
        **_data(found.in_all),
        **groups,
    }


def _data(found: Attainment) -> dict[str, Any]:
    return {
        "kept": found.met,
        "missed": found.missed,
        "open": found.open,
        "proven": found.proven,
        "by_word": found.by_word,
        "no_number": found.no_number,
        "share_kept": None if found.share_met is None else round(found.share_met, 4),
        "first_attempt_median": _seconds(found.median),
        "first_attempt_95th_percentile": _seconds(found.percentile_95),
    }


def _seconds(took: timedelta | None) -> float | None:
    return None if took is None else took.total_seconds()
