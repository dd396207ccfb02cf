"""The mark of a restored desk: the instant of its backup, until it has asked the carrier for what came after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db import marks

RESTORED_FROM = "restored from a backup of"
TEXTS_SINCE = "texts are looked for since"
CATCHING_UP_SINCE = "catching up since"


def mark_restored(session: Session, made_at: datetime) -> None:
    """Record that the database is the copy of an instant, so that nothing is sent before it has caught up."""
    marks.record(session, RESTORED_FROM, made_at)
    marks.clear(session, CATCHING_UP_SINCE)


def restored_from(session: Session) -> datetime | None:
    """Return the instant of the backup while the desk has not caught up with it, else None."""
    return marks.last_at(session, RESTORED_FROM)


def note_caught_up(session: Session) -> bool:
    """Record that the desk goes on as usual. Return whether it had to catch up.

    Texts from before are not looked for again: they were acted on by then, or by the desk that was lost.
    """
    began_at = marks.last_at(session, CATCHING_UP_SINCE)
    if began_at is not None:
        marks.record(session, TEXTS_SINCE, began_at)
    marks.clear(session, CATCHING_UP_SINCE)
    return marks.clear(session, RESTORED_FROM)


def texts_since(session: Session) -> datetime | None:
    """Return the instant from which on texts are looked for at the carrier; None where nothing was restored."""
    return marks.last_at(session, TEXTS_SINCE)


def catching_up_since(session: Session, now: datetime) -> datetime:
    """Return when the desk began to catch up: now, the first time."""
    marks.once(session, CATCHING_UP_SINCE, now)
    return marks.last_at(session, CATCHING_UP_SINCE) or now
