"""Who listened to, viewed or changed something: an append-only log.

The database refuses to change, replace or delete an entry (see the migrations). Each entry also has a seal over itself
and the seal before, made with a key that is not in the database. So `python app.py audit` finds an entry that was
edited in spite of the database. What technicians do by phone, text and link is in the event log
(callbacks/records/event_log.py), which is sealed too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.removals import removals_of
from callbacks.db.states import SealScheme
from callbacks.db.tables import AuditEntry
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event
from callbacks.records.seals import Head, Seal, key_of

COMMAND_LINE = "command line"
HEARD_A_MESSAGE = "heard a message"
OPENED_AN_ATTACHMENT = "opened an attachment"  # with its name, which the sender chose
A_PAGE = 100
LONGEST_NAME = LONGEST_VALUE = 255  # as long as an email address may be
LONGEST_REMOVAL = 600  # names an address, which may be long


def note(session: Session, at: datetime, who: str, what: str, detail: str | Mapping[str, str] = "") -> None:
    """Add an entry. Call it last in a transaction: every other entry waits until the transaction ends.

    The detail is one text, or several by name. Each is shortened by itself, so that a long one does not hide another.
    Empty ones are left out. What the transaction removed is added.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    named = {"about": detail} if isinstance(detail, str) else detail
    entry = AuditEntry(at=at, who=cut(who, LONGEST_NAME), what=cut(what, LONGEST_NAME), scheme=SealScheme.HMAC)
    entry.detail = json.dumps(_details(named, removals_of(session)))
    before = session.scalar(select(AuditEntry.seal).order_by(AuditEntry.id.desc()).limit(1))
    entry.seal = seal_of(key_of(session), before or "", entry.at, entry.who, entry.what, entry.detail)
    session.add(entry)
    session.flush()


def _details(named: Mapping[str, str], removals: Sequence[str]) -> Mapping[str, str]:
    given = {cut(name, LONGEST_VALUE): cut(value, LONGEST_VALUE) for name, value in named.items() if value}
    removed = {_numbered("removed", number): cut(what, LONGEST_REMOVAL) for number, what in enumerate(removals, 1)}
    return given | removed


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def cut(value: str, longest: int) -> str:
    """Return a value, shortened to this length with an ellipsis if it is longer."""
    return value if len(value) <= longest else f"{value[: longest - 1]}…"


def details_of(entry: AuditEntry) -> Mapping[str, str]:
    """Return the details of an entry by name. An entry of an early release has one text, under ""."""
    if entry.scheme is SealScheme.SHA256:
        return {"": entry.detail} if entry.detail else {}
    try:
        return {str(name): str(value) for name, value in json.loads(entry.detail).items()}
    except (ValueError, AttributeError):  # it was edited in the database; show what is there
        return {"": entry.detail}


def note_listener(session: Session, contact_sid: str, who: str, now: datetime, how: str = "") -> None:
    """Record that somebody hears a message, in the log of the call and here. Call it last in a transaction."""
    record_event(session, contact_sid, now, who, EventKind.MESSAGE_HEARD, how)
    about = callback_about(session, contact_sid)
    reference = about.reference if about is not None else ""
    note(session, now, who, HEARD_A_MESSAGE, {"callback": reference, "call": contact_sid, "how": how})


def seal_of(key: bytes, before: str, at: datetime, who: str, what: str, detail: str) -> str:
    """Return the seal of an entry that follows the seal `before`, in hexadecimal."""
    seal = Seal(key, "audit", before)
    seal.add(at.isoformat(), who, what, detail)
    return str(seal)


def early_seal_of(before: str, at: datetime, who: str, what: str, detail: str) -> str:
    """Return the seal of an entry of an early release, for which no key is needed."""
    sealed = json.dumps([before, at.isoformat(), who, what, detail], ensure_ascii=True)
    return hashlib.sha256(sealed.encode()).hexdigest()


def latest(session: Session, before: int | None = None) -> Sequence[AuditEntry]:
    """Return the latest entries, newest first; with `before`, those older than the entry of that id."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(A_PAGE)
    return session.scalars(query if before is None else query.where(AuditEntry.id < before)).all()


def head(session: Session) -> Head:
    """Return how many entries there are, and the last seal."""
    count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return Head(count, session.scalar(select(AuditEntry.seal).order_by(AuditEntry.id.desc()).limit(1)) or "")
