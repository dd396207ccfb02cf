"""Marks: named instants, for what is done once, held for a while, or was last done at a time.

A mark changes by an insert, or by an update that names the instant it replaces. So if several workers find the same
thing due, exactly one does it, on SQLite and on PostgreSQL alike.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from callbacks.db.database import insert_once
from callbacks.db.tables import Watermark

LONGEST_NAME = 120


def last_at(session: Session, name: str) -> datetime | None:
    """Return the instant of a mark, or None where there is none."""
    mark = session.get(Watermark, _key(name), populate_existing=True)
    return mark.at if mark is not None else None


def record(session: Session, name: str, at: datetime) -> None:
    """Set a mark to an instant, whatever it was before."""
    if not insert_once(session, Watermark, name=_key(name), at=at):
        session.execute(update(Watermark).where(Watermark.name == _key(name)).values(at=at))


def clear(session: Session, name: str) -> bool:
    """Remove a mark. Return whether there was one."""
    removed = delete(Watermark).where(Watermark.name == _key(name)).returning(Watermark.name)
    return session.execute(removed).first() is not None


def once(session: Session, name: str, now: datetime) -> bool:
    """Return True the first time it is called with a name, and False from then on."""
    return insert_once(session, Watermark, name=_key(name), at=now)


def replace(session: Session, name: str, seen: datetime | None, at: datetime) -> bool:
    """Set a mark that was read as `seen`. Return False, and change nothing, if it has changed since."""
    if seen is None:
        return insert_once(session, Watermark, name=_key(name), at=at)
    unchanged = (Watermark.name == _key(name), Watermark.at == seen)
    done = session.execute(update(Watermark).where(*unchanged).values(at=at).returning(Watermark.name))
    return done.first() is not None


def hold(session: Session, name: str, until: datetime, now: datetime) -> bool:
    """Hold a mark until an instant. Return False, and change nothing, while it is already held."""
    held_until = last_at(session, name)
    if held_until is not None and held_until > now:
        return False
    return replace(session, name, held_until, until)


def _key(name: str) -> str:
    """Return the name, or a shorter unique one for a long name."""
    if len(name) <= LONGEST_NAME:
        return name
    digest = sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - 17]} {digest}"
