"""Tells whoever is on a callback that its customer has texted: once in ten minutes, with all texts since.

The owner is told; without one, whoever was paged last. That the customer wants no call back, everybody who was paged
reads at once. The page is worded when it is sent, from the texts that came since the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ESCALATING, Channel, PageKind, PageState
from callbacks.db.tables import Callback, Event, Page, PageAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.notices import PAGED, text_or_record_failure
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_of
from callbacks.text.bilingual import Words

TOLD_EVERY = timedelta(minutes=10)
WRITTEN_LATER = Words("", "")
FROM_CUSTOMER = (EventKind.CUSTOMER_TEXTED, EventKind.CANCEL_ASKED)
IS_TO_ESCALATE = Page.kind.in_(ESCALATING) & Page.state.in_((*PAGED, PageState.DUE))


def tell_of_text(session: Session, callback: Callback, now: datetime, *, at_once: bool = False) -> None:
    """Have the people on a callback read what its customer texted. `at_once`: everybody who was paged, now."""
    for technician in _concerned(session, callback, everybody=at_once):
        waiting, told_at = _waiting(session, callback, technician), _last_told_at(session, callback, technician)
        at = now if at_once or told_at is None else max(now, told_at + TOLD_EVERY)
        if waiting is None:
            code = code_for(session, callback, technician.id)
            text_or_record_failure(session, callback, technician, PageKind.CUSTOMER_TEXT, WRITTEN_LATER, now, code)
            session.flush()
            waiting = _waiting(session, callback, technician)
        if waiting is not None and (at_once or not waiting.tries):
            waiting.next_action_at = at


def words_of_news(session: Session, desk: Desk, page: Page, callback: Callback) -> Words:
    """Return the text of such a page: what the customer has texted since the technician was last told."""
    told_at = _last_told_at(session, callback, page.technician)
    news = select(Event).where(Event.contact_sid == callback.contact_sid)
    found = _since(told_at, session.scalars(news.order_by(Event.id)).all())
    texts = [event.detail.partition(": ")[2] for event in found if event.kind is EventKind.CUSTOMER_TEXTED]
    asks = any(event.kind is EventKind.CANCEL_ASKED for event in found)
    return messages.customer_texted(subject_of(desk, callback), page.code, texts, asks_for_no_call=asks)


def _since(told_at: datetime | None, events: Sequence[Event]) -> Sequence[Event]:
    """Return the customer's texts since a technician was last told, with those that were only found since. Pure.

    That a text was found follows what it changed, as of when it was sent.
    """
    news: list[Event] = []
    found_at: datetime | None = None
    sent_at: datetime | None = None
    for event in reversed(events):
        if event.kind is EventKind.TEXT_FOUND:
            found_at, sent_at = event.at, None
            continue
        if sent_at not in (None, event.at):
            found_at = None
        sent_at = event.at
        came_at = found_at or event.at
        if event.kind in FROM_CUSTOMER and (told_at is None or came_at > told_at):
            news.append(event)
    return news[::-1]


def _concerned(session: Session, callback: Callback, *, everybody: bool) -> Sequence[Technician]:
    if callback.owner is not None and callback.owner.left_at is None:
        return [callback.owner]
    paged = select(Page.technician_id).where(Page.callback_id == callback.id, IS_TO_ESCALATE)
    if not everybody:
        paged = paged.order_by(Page.id.desc()).limit(1)
    here = select(Technician).where(Technician.id.in_(paged), Technician.left_at.is_(None))
    return session.scalars(here.order_by(Technician.id)).all()


def _waiting(session: Session, callback: Callback, technician: Technician) -> Page | None:
    theirs = _theirs(callback, technician).where(Page.state == PageState.DUE)
    return session.scalars(theirs.order_by(Page.id).limit(1)).first()


def _last_told_at(session: Session, callback: Callback, technician: Technician) -> datetime | None:
    ids = _theirs(callback, technician).where(Page.state.in_(PAGED)).with_only_columns(Page.id)
    return session.scalar(select(func.max(PageAttempt.started_at)).where(PageAttempt.page_id.in_(ids)))


def _theirs(callback: Callback, technician: Technician) -> Select[Page]:
    theirs = select(Page).where(Page.callback_id == callback.id, Page.technician_id == technician.id)
    return theirs.where(Page.kind == PageKind.CUSTOMER_TEXT, Page.channel == Channel.TEXT)
