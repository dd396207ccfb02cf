"""The export: every callback as a record for other programs, as CSV or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from callbacks.db.tables import Call, Callback, ReachAttempt
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.reporting.csv_table import csv_of
from callbacks.text.dialing_rules import NumberKind

IDS_IN_A_QUERY = 500


@dataclass(frozen=True)
class Record:
    """One callback. The fields are the columns of the CSV and the keys of the JSON: other programs rely on them.

    An instant is ISO 8601 in UTC, to the second, and "" where it has not come.
    """

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
    kept: str  # "yes", "no", or "" while it is undecided
    attempts: int
    priority: str
    caller_name: str
    number_to_ring: str
    product: str
    coverage: str
    breached_at: str
    transcript: str
    extension: str
    language: str  # "en" or "fr": that the caller chose, else the line's


def records(session: Session, desk: Desk, since: datetime | None = None, until: datetime | None = None) -> list[Record]:
    """Return the callbacks with a deadline from `since` on and before `until`, the earliest deadline first."""
    query = select(Callback).order_by(Callback.due_at)
    if since is not None:
        query = query.where(Callback.due_at >= since)
    if until is not None:
        query = query.where(Callback.due_at < until)
    return records_of(session, desk, query)


def records_of(session: Session, desk: Desk, query: Select[Callback]) -> list[Record]:
    """Return the callbacks of a query, in its order, with a number of queries that does not grow by callback."""
    with_voicemails = query.options(joinedload(Callback.call).selectinload(Call.voicemail))
    callbacks = session.scalars(with_voicemails).all()
    attempts = dict(_attempts(session, [callback.id for callback in callbacks]))
    return [_record(desk, callback, attempts) for callback in callbacks]


def as_csv(rows: Iterable[Record]) -> str:
    """Return records as CSV, with a header."""
    return csv_of((field.name for field in fields(Record)), (asdict(row).values() for row in rows))


def _attempts(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    query = select(ReachAttempt.callback_id, func.count()).group_by(ReachAttempt.callback_id)
    for start in range(0, len(ids), IDS_IN_A_QUERY):
        of_these = ReachAttempt.callback_id.in_(ids[start : start + IDS_IN_A_QUERY])
        yield from ((row[0], row[1]) for row in session.execute(query.where(of_these)))


def _record(desk: Desk, callback: Callback, attempts: Mapping[int, int]) -> Record:
    call, voicemail, customer = callback.call, callback.call.voicemail, customer_number(desk, callback)
    return Record(
        reference=callback.reference,
        line=call.line,
        caller="" if customer.caller.kind is NumberKind.OWN else call.caller,
        began_at=_iso(call.began_at),
        due_at=_iso(callback.due_at),
        message_seconds=str(voicemail.seconds or "") if voicemail else "",
        state=callback.state.value,
        owner=callback.owner.name if callback.owner else "",
        acknowledged_at=_iso(callback.acknowledged_at),
        attempted_at=_iso(callback.attempted_at),
        resolved_at=_iso(callback.resolved_at),
        kept=_kept(callback),
        attempts=attempts.get(callback.id, 0),
        priority=callback.priority.value,
        caller_name=call.caller_name,
        number_to_ring=customer.number or "",
        product=callback.product,
        coverage=callback.coverage.value,
        breached_at=_iso(callback.breached_at),
        transcript=voicemail.transcript if voicemail else "",
        extension=customer.extension,
        language=call.language,
    )


def _kept(callback: Callback) -> str:
    if callback.attempted_at is not None:
        return "yes" if callback.attempted_at <= callback.due_at else "no"
    return "no" if callback.breached_at is not None else ""


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
