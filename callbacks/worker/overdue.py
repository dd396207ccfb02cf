"""What should have happened by now and has not: the oldest overdue item, for those who watch the workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callbacks.db.states import AudioState, CallbackState, CustomerMessageState, PageState
from callbacks.db.tables import Callback, CustomerMessage, Page, Voicemail
from callbacks.text.formats import span

# Workers sweep every second, and a request to the carrier ends after ten: this late, something is wrong.
LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class Overdue:
    """One item, and since when it is due."""

    what: str  # "a page"
    since: datetime

    def words(self, now: datetime) -> str:
        """Return the item and its age as a sentence."""
        return f"{self.what.capitalize()} has been due for {span(now - self.since)}."


def oldest_overdue(session: Session, now: datetime) -> Overdue | None:
    """Return the item that has been due for longest, or None if nothing is due.

    What waits for its next try, because the carrier or a mail server refuses it, is not due until then.
    """
    return min((each for each in _earliest(session) if each.since <= now), key=lambda each: each.since, default=None)


def _earliest(session: Session) -> Iterator[Overdue]:
    sources: tuple[tuple[str, InstrumentedAttribute[datetime | None], ColumnElement[bool]], ...] = (
        ("the next step of a callback", Callback.next_action_at, Callback.state == CallbackState.OPEN),
        ("a page", Page.next_action_at, Page.state == PageState.DUE),
        ("a message to a customer", CustomerMessage.next_action_at, CustomerMessage.state == CustomerMessageState.DUE),
        ("a recording", Voicemail.next_action_at, Voicemail.audio == AudioState.WANTED),
    )
    for what, due_at, waits in sources:
        earliest = session.scalar(select(func.min(due_at)).where(waits))
        if earliest is not None:
            yield Overdue(what, earliest)
