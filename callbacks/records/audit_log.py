"""Who listened to, viewed or changed something: an append-only log.

The database refuses to change or delete an entry (see the migration). Each entry also holds a hash of itself and the
one before: an edit past the database breaks the chain, and `python app.py audit` finds where. What technicians do by
phone, text and link is in the logs of the calls (callbacks/records/event_log.py), which the database protects too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.tables import AuditEntry, Callback
from callbacks.records.event_log import record_event

COMMAND_LINE = "command line"
HEARD_A_MESSAGE = "heard a message"
A_PAGE = 100


def note(session: Session, at: datetime, who: str, what: str, detail: str = "") -> None:
    """Add an entry. Call it last in a transaction: every other entry waits until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).first()
    entry = AuditEntry(at=at, who=who[:255], what=what[:255], detail=detail[:2000])
    entry.seal = seal_of(entry, last.seal if last else "")
    session.add(entry)
    session.flush()


def note_listener(session: Session, call_sid: str, who: str, now: datetime, how: str = "") -> None:
    """Record that somebody hears a message, in the log of the call and here. Call it last in a transaction."""
    record_event(session, call_sid, now, who, EventKind.MESSAGE_HEARD, how)
    reference = session.scalar(select(Callback.reference).where(Callback.call_sid == call_sid))
    note(session, now, who, HEARD_A_MESSAGE, ", ".join(filter(None, [reference or call_sid, how])))


def seal_of(entry: AuditEntry, before: str) -> str:
    """Return the SHA-256 of an entry and of the seal `before` it, in hexadecimal."""
    sealed = json.dumps([before, entry.at.isoformat(), entry.who, entry.what, entry.detail], ensure_ascii=True)
    return hashlib.sha256(sealed.encode()).hexdigest()


def latest(session: Session, before: int | None = None) -> Sequence[AuditEntry]:
    """Return the latest entries, newest first; with `before`, those older than the entry of that id."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(A_PAGE)
    return session.scalars(query if before is None else query.where(AuditEntry.id < before)).all()


def first_broken(session: Session) -> AuditEntry | None:
    """Return the first entry that was edited or that follows a deleted one, or None."""
    before = ""
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.seal != seal_of(entry, before):
            return entry
        before = entry.seal
    return None
