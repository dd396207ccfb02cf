"""What should have happened by now and has not: the oldest overdue item, for those who watch the workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callbacks.db.leases import Claimable
from callbacks.db.states import AudioState, CallbackState, CustomerMessageState, PageState
from callbacks.db.tables import Callback, CustomerMessage, Page, Voicemail
from callbacks.text.bilingual import Words
from callbacks.text.formats import span

# Workers sweep every second, and a request to the carrier ends after ten: this late, something is wrong.
LATE = timedelta(minutes=1)
# What waits in an outbox: its name, its table, and which of its rows wait.
WAITING: tuple[tuple[Words, type[Claimable], ColumnElement[bool]], ...] = (
    (Words("a page", "un avis"), Page, Page.state == PageState.DUE),
    (
        Words("a message to a customer", "un message à un client"),
        CustomerMessage,
        CustomerMessage.state == CustomerMessageState.DUE,
    ),
    (Words("a recording", "un enregistrement"), Voicemail, Voicemail.audio == AudioState.WANTED),
)


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
    step_at = select(func.min(Callback.next_action_at)).where(Callback.state == CallbackState.OPEN)
    queries = [("the next step of a callback", step_at)]
    queries += [(what.english, select(func.min(row.next_action_at)).where(waits)) for what, row, waits in WAITING]
    for what, query in queries:
        earliest = session.scalar(query)
        if earliest is not None:
            yield Overdue(what, earliest)
