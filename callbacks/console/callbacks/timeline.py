"""One callback's timeline: what people and the desk did, and every page with its delivery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.paging.delivery import became, occasion_in_words
from callbacks.records.event_log import story_of

# These events are shown by the pages themselves, with their delivery.
TOLD_BY_PAGES = {("desk", "paged"), ("desk", "told"), ("desk", "connection"), ("carrier", "page failed")}
CHANNELS = {"text": "text", "call": "call", "mail": "mail", "connection": "call"}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `kind` decides its colour."""

    at: datetime
    who: str
    what: str
    detail: str
    kind: str  # customer, desk, page, person, trouble
    is_page: bool = False


def timeline_of(session: Session, callback: Callback, zone: ZoneInfo) -> list[Entry]:
    """Return every line, oldest first."""
    entries = [*_events(session, callback), *_pages(session, callback, zone)]
    return sorted(entries, key=lambda entry: entry.at)


def _events(session: Session, callback: Callback) -> Iterator[Entry]:
    for event in story_of(session, callback.call_sid):
        if (event.actor, event.what) not in TOLD_BY_PAGES:
            yield Entry(event.at, event.actor, event.what, event.detail, _kind(event.actor, event.what))


def _kind(actor: str, what: str) -> str:
    if what in ("promise broken", "not paged", "step passed over", "number blocked", "could not be decided"):
        return "trouble"
    if actor == "caller":
        return "customer"
    return "desk" if actor in ("desk", "carrier") else "person"


def _pages(session: Session, callback: Callback, zone: ZoneInfo) -> Iterator[Entry]:
    pages = session.scalars(select(Page).where(Page.callback_id == callback.id).order_by(Page.id)).all()
    ids = [page.id for page in pages]
    query = select(PageAttempt).where(PageAttempt.page_id.in_(ids)).order_by(PageAttempt.page_id, PageAttempt.id)
    by_page = {key: list(rows) for key, rows in groupby(session.scalars(query), key=lambda attempt: attempt.page_id)}
    for page in pages:
        attempts = by_page.get(page.id, [])
        what = f"{CHANNELS.get(page.channel, page.channel)} to {page.technician.name}"
        detail = f"{occasion_in_words(page)}: {became(page, attempts, zone)}"
        is_lost = page.state == "failed" or any(attempt.error for attempt in attempts[-1:])
        at = attempts[0].started_at if attempts else page.created_at
        yield Entry(at, "desk", what, detail, "trouble" if is_lost else "page", is_page=True)
