"""Descriptions of what a transaction removes, for its entry in the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import DeclarativeBase, Session, object_session

_REMOVED = "removed"


def record_removal(session: Session, what: str) -> None:
    """Record what this transaction removes, such as "shift 3: Amy Roy on primary, always"."""
    session.info.setdefault(_REMOVED, []).append(what)


def record_removal_from(row: DeclarativeBase, what: str) -> None:
    """Record what this transaction removes from a row."""
    if (session := object_session(row)) is not None:
        record_removal(session, what)


def removals_of(session: Session) -> Sequence[str]:
    """Return what this transaction has removed."""
    return tuple(session.info.get(_REMOVED, ()))
