"""What the desk did: every callback as a row for other programs, and the sums for a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.tables import Callback, ReachAttempt, Voicemail

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


def records(session: Session, since: datetime | None = None, until: datetime | None = None) -> list[Record]:
    """Every callback whose deadline lies in the span, oldest first."""
    query = select(Callback).order_by(Callback.due_at)
    if since is not None:
        query = query.where(Callback.due_at >= since)
    if until is not None:
        query = query.where(Callback.due_at < until)
    return [_record(session, callback) for callback in session.scalars(query)]


def as_csv(rows: Iterable[Record]) -> str:
    """Write records as CSV. A field that a spreadsheet would take for a formula is made text by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Record))
    for row in rows:
        writer.writerow(_harmless(str(value)) for value in asdict(row).values())
    return out.getvalue()


def summary(session: Session, since: datetime, until: datetime, now: datetime) -> str:
    """Say in a few lines how the promise was kept."""
    query = select(Callback).where(Callback.due_at >= since, Callback.due_at < until)
    callbacks = session.scalars(query).all()
    kept = [callback for callback in callbacks if _kept(callback, now) == "yes"]
    missed = [callback for callback in callbacks if _kept(callback, now) == "no"]
    decided = len(kept) + len(missed)
    share = f"{100 * len(kept) / decided:.1f} %" if decided else "nothing to count yet"
    return "\n".join(
        [
            f"Callbacks due from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC: {len(callbacks)}",
            f"  kept in time: {len(kept)}   missed: {len(missed)}   ({share})",
            f"  still open: {sum(callback.state == 'open' for callback in callbacks)}",
            f"  first attempt after the call, median: {_median(callbacks)}",
        ]
    )


def _record(session: Session, callback: Callback) -> Record:
    voicemail = session.scalar(select(Voicemail).where(Voicemail.call_sid == callback.call_sid))
    attempts = session.scalars(select(ReachAttempt.id).where(ReachAttempt.callback_id == callback.id)).all()
    return Record(
        reference=callback.reference,
        line=callback.call.line,
        caller=callback.call.caller,
        began_at=_iso(callback.call.began_at),
        due_at=_iso(callback.due_at),
        message_seconds=str(voicemail.seconds or "") if voicemail else "",
        state=callback.state,
        owner=callback.owner.name if callback.owner else "",
        acknowledged_at=_iso(callback.acknowledged_at),
        attempted_at=_iso(callback.attempted_at),
        resolved_at=_iso(callback.resolved_at),
        kept="" if callback.attempted_at is None and callback.breached_at is None else _kept(callback, callback.due_at),
        attempts=len(attempts),
    )


def _kept(callback: Callback, now: datetime) -> str:
    if callback.attempted_at is not None:
        return "yes" if callback.attempted_at <= callback.due_at else "no"
    return "no" if callback.breached_at is not None or now > callback.due_at else ""


def _median(callbacks: Sequence[Callback]) -> str:
    waits = sorted(_waits(callbacks))
    return f"{int(waits[len(waits) // 2].total_seconds() // 60)} min" if waits else "none yet"


def _waits(callbacks: Sequence[Callback]) -> Iterator[timedelta]:
    return (callback.attempted_at - callback.call.began_at for callback in callbacks if callback.attempted_at)


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
