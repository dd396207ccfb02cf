"""What the desk did: every callback as a row for other programs, and the sums for a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, ReachAttempt, Voicemail
from callbacks.text.formats import span
from sla.attainment import Attainment, attainment, attainment_by, by_line, by_person, by_week
from sla.attainment import Record as Counted

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Record:
    """One callback, as others read it. Instants are ISO 8601 in UTC; an empty one has not come."""

    reference: str
    line: str
    caller: str
    began_at: str
    due_at: str
    message_seconds: str
    state: str
    owner: str
    acknowledged_at: str
    attempted_at: str
    resolved_at: str
    kept: str
    attempts: int
    priority: str
    caller_name: str
    number_to_ring: str
    product: str
    coverage: str
    breached_at: str
    transcript: str


def records(session: Session, since: datetime | None = None, until: datetime | None = None) -> list[Record]:
    """Every callback whose deadline lies in the span, oldest first."""
    query = select(Callback).order_by(Callback.due_at)
    if since is not None:
        query = query.where(Callback.due_at >= since)
    if until is not None:
        query = query.where(Callback.due_at < until)
    return records_of(session, query)


def records_of(session: Session, query: Select[Callback]) -> list[Record]:
    """Every callback of a query. What belongs to them is loaded by the hundred, not one by one."""
    found = list(session.scalars(query))
    return [record for start in range(0, len(found), 500) for record in _records(session, found[start : start + 500])]


def _records(session: Session, callbacks: Sequence[Callback]) -> Iterator[Record]:
    sids, ids = [callback.call_sid for callback in callbacks], [callback.id for callback in callbacks]
    voicemails = {row.call_sid: row for row in session.scalars(select(Voicemail).where(Voicemail.call_sid.in_(sids)))}
    tried = select(ReachAttempt.callback_id, func.count()).where(ReachAttempt.callback_id.in_(ids))
    attempts = {row[0]: row[1] for row in session.execute(tried.group_by(ReachAttempt.callback_id))}
    for callback in callbacks:
        yield _record(callback, voicemails.get(callback.call_sid), attempts.get(callback.id, 0))


def as_csv(rows: Iterable[Record]) -> str:
    """Write records as CSV."""
    return csv_of((field.name for field in fields(Record)), (asdict(row).values() for row in rows))


def csv_of(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write a table as CSV. A field that a spreadsheet would take for a formula is made text by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow(_harmless(str(value)) for value in row)
    return out.getvalue()


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


@dataclass(frozen=True)
class Table:
    """The numbers of one figure, as they are shown and as they are given to other programs."""

    name: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]


def table_as_csv(table: Table) -> str:
    """Write the table of a figure as CSV."""
    return csv_of(table.columns, table.rows)


def summary(session: Session, zone: ZoneInfo, since: datetime, now: datetime) -> str:
    """Say in a few lines how the promise was kept: in all, then by week, line and person."""
    query = select(Callback).where(Callback.due_at >= since)
    query = query.where(or_(Callback.state != CallbackState.CANCELLED, Callback.attempted_at.is_not(None)))
    counted = [_counted(callback) for callback in session.scalars(query)]
    lines = [f"Callbacks due since {since.astimezone(zone):%Y-%m-%d %H:%M}: {len(counted)}"]
    lines.append(_in_words("in all", attainment(counted, now)))
    for heading, grouping in {"week": by_week(zone), "line": by_line, "person": by_person}.items():
        lines.append(f"by {heading}")
        lines += [_in_words(name, found) for name, found in attainment_by(grouping, counted, now).items()]
    return "\n".join(lines)


def _counted(callback: Callback) -> Counted:
    person = callback.owner.name if callback.owner else None
    began_at, line = callback.call.began_at, callback.call.line
    return Counted(callback.priority.value, line, began_at, callback.due_at, callback.attempted_at, person)


def _in_words(name: str, found: Attainment) -> str:
    share = "" if found.share_met is None else f" ({100 * found.share_met:.1f} %)"
    median = "none yet" if found.median is None else span(found.median)
    late = "none yet" if found.percentile_95 is None else span(found.percentile_95)
    kept = f"kept in time {found.met}, missed {found.missed}{share}, open {found.open}"
    return f"  {name:<16}{kept}; first attempt: median {median}, 95th percentile {late}"


def _record(callback: Callback, voicemail: Voicemail | None, attempts: int) -> Record:
    return Record(
        reference=callback.reference,
        line=callback.call.line,
        caller=callback.call.caller,
        began_at=_iso(callback.call.began_at),
        due_at=_iso(callback.due_at),
        message_seconds=str(voicemail.seconds or "") if voicemail else "",
        state=callback.state.value,
        owner=callback.owner.name if callback.owner else "",
        acknowledged_at=_iso(callback.acknowledged_at),
        attempted_at=_iso(callback.attempted_at),
        resolved_at=_iso(callback.resolved_at),
        kept=_kept(callback),
        attempts=attempts,
        priority=callback.priority.value,
        caller_name=callback.call.caller_name,
        number_to_ring=callback.call.customer_number or "",
        product=callback.product,
        coverage=callback.coverage.value,
        breached_at=_iso(callback.breached_at),
        transcript=voicemail.transcript if voicemail else "",
    )


def _kept(callback: Callback) -> str:
    if callback.attempted_at is not None:
        return "yes" if callback.attempted_at <= callback.due_at else "no"
    return "no" if callback.breached_at is not None else ""


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
