"""What is asked of people once a hold is over, because nobody was to be paged before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import PageKind
from callbacks.db.tables import Callback, Page
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.contacts import wants_manager
from callbacks.paging.consent import ask_for_consent
from callbacks.paging.managers import page_managers


def ask_what_was_put_off(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Ask supervisors for consent, and page a manager whom the caller asked for, unless that was done before."""
    if not _was_sent(session, callback, PageKind.CONSENT):
        ask_for_consent(session, desk, callback, now)
    if wants_manager(session, callback) and not _was_sent(session, callback, PageKind.MANAGER):
        page_managers(session, desk, callback, "", now)


def _was_sent(session: Session, callback: Callback, kind: PageKind) -> bool:
    sent = select(Page.id).where(Page.callback_id == callback.id, Page.kind == kind)
    return session.scalar(sent.limit(1)) is not None
