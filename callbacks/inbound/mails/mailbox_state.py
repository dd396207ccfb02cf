"""How it stands with the mailboxes of the desk file: when each was last read, and why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import MailboxMark
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import MailboxMeaning
from callbacks.text.formats import span

CHECKED_LATELY = timedelta(minutes=5)


@dataclass(frozen=True)
class MailboxState:
    """A mailbox. Without `checked_at` and `failing_since` it was never read by IMAP."""

    name: str
    address: str
    meaning: MailboxMeaning
    checked_at: datetime | None = None
    failing_since: datetime | None = None
    failure: str = ""


def mailbox_states(session: Session, desk: Desk) -> Sequence[MailboxState]:
    """Return the state of each mailbox, in the order of the desk file."""
    marks = {mark.mailbox: mark for mark in session.scalars(select(MailboxMark))}
    return [
        MailboxState(
            name,
            box.address,
            box.meaning,
            *((mark.checked_at, mark.failing_since, mark.failure) if (mark := marks.get(name)) is not None else ()),
        )
        for name, box in desk.mailboxes.items()
    ]


def mailbox_warnings(states: Sequence[MailboxState], read: Sequence[str], now: datetime) -> Iterator[str]:
    """Yield what is wrong with the mailboxes that are read by IMAP."""
    for state in states:
        if state.name not in read:
            continue
        if state.failing_since is not None:
            failing_for = span(now - state.failing_since)
            yield f"the mailbox {state.name} could not be read for {failing_for}. {state.failure}"
        elif state.checked_at is None:
            yield f"the mailbox {state.name} was not read yet. Start a worker: python app.py worker."
        elif now - state.checked_at > CHECKED_LATELY:
            yield f"the mailbox {state.name} was not read for {span(now - state.checked_at)}. Look at the worker's log."
