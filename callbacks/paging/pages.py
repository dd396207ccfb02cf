"""Pages as rows of the outbox: added, cancelled, and found by the code that binds a reply to a callback."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, true, update
from sqlalchemy.orm import Session

from callbacks.db.database import locked, locked_or_none
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    ESCALATING,
    AttemptState,
    CallbackState,
    Channel,
    PageAnswer,
    PageKind,
    PageState,
    PhoneSlot,
)
from callbacks.db.tables import Callback, Page, PageAttempt, Technician, Verification
from callbacks.paging.decide import NewPage
from callbacks.paging.outages import JUST_ENDED, has_just_ended
from callbacks.people.person import ContactMethod
from callbacks.records.event_log import record_event


def cancel_waiting(session: Session, callback: Callback, technician_id: int | None = None) -> None:
    """Cancel the pages that are not sent yet, to one technician or to all. One that is being sent is left alone."""
    attempts = select(PageAttempt.id).where(PageAttempt.page_id == Page.id)
    being_sent = attempts.where(PageAttempt.state == AttemptState.SENDING).exists()
    escalating = Page.kind.in_(ESCALATING)
    theirs = Page.technician_id == technician_id if technician_id is not None else true()
    session.execute(
        update(Page)
        .where(Page.callback_id == callback.id, Page.state == PageState.DUE, escalating, theirs, ~being_sent)
        .values(state=PageState.CANCELLED, next_action_at=None)
        .execution_options(synchronize_session="fetch")
    )
    release_bundled(session, select(Page.id).where(Page.callback_id == callback.id, Page.state == PageState.CANCELLED))


def release_bundled(session: Session, leads: Select[int]) -> None:
    """Send by themselves the pages that were bundled into ones that are not sent after all."""
    session.execute(
        update(Page)
        .where(Page.state == PageState.BUNDLED, Page.bundled_into_id.in_(leads.scalar_subquery()))
        .values(state=PageState.DUE, bundled_into_id=None, next_action_at=Page.created_at)
        .execution_options(synchronize_session="fetch")
    )


def put_in_outbox(
    session: Session, callback: Callback, new: NewPage, kind: PageKind, round: int, now: datetime
) -> None:
    """Add a page of the escalation. It is worded when it is sent, by how the callback stands then.

    If the same page still waits, during an outage of the carrier, none is added: otherwise the person would get one
    for every step that was taken meanwhile. Nor is one added right after an outage, if the same page has just left.
    """
    who, at = new.person, now + new.after
    if has_just_ended(session, new.channel, now) and _has_just_left(session, callback, new, kind, now):
        return
    waiting = _waiting_page(session, callback, new, kind)
    if waiting is not None:
        if not waiting.tries:
            waiting.next_action_at = min(waiting.next_action_at or at, at)
        return
    way, code = ContactMethod(new.channel, new.number), code_for(session, callback, who.id)
    add_page(session, callback, who.id, way, kind, round, now, code=code).next_action_at = at


def _waiting_page(session: Session, callback: Callback, new: NewPage, kind: PageKind) -> Page | None:
    """Return the page of the same kind that waits to go the same way to the same person, or None."""
    same_way = pages_by_way(callback.id, new.person.id, new.channel, new.number)
    waiting = same_way.where(Page.state == PageState.DUE, Page.kind == kind)
    return session.scalars(waiting.order_by(Page.id).limit(1)).first()


def _has_just_left(session: Session, callback: Callback, new: NewPage, kind: PageKind, now: datetime) -> bool:
    same_way = pages_by_way(callback.id, new.person.id, new.channel, new.number).where(Page.kind == kind)
    left = same_way.join(PageAttempt, PageAttempt.page_id == Page.id).where(PageAttempt.started_at > now - JUST_ENDED)
    return session.scalars(left.where(PageAttempt.state == AttemptState.ACCEPTED).limit(1)).first() is not None


def pages_by_way(callback_id: int | None, technician_id: int, channel: Channel, number: PhoneSlot) -> Select[Page]:
    """Return a query for the pages about a callback to one person by one way."""
    theirs = select(Page).where(Page.callback_id == callback_id, Page.technician_id == technician_id)
    return theirs.where(Page.channel == channel, Page.number == number)


def add_page(
    session: Session,
    callback: Callback,
    technician_id: int,
    way: ContactMethod,
    kind: PageKind,
    round: int,
    now: datetime,
    text: str = "",
    code: str = "",
) -> Page:
    """Add a page and return it. It is sent after this transaction is committed; without a text it is worded then."""
    page = Page(callback_id=callback.id, technician_id=technician_id, channel=way.channel, number=way.number)
    page.kind, page.round, page.words, page.code = kind, round, text, code
    page.created_at, page.next_action_at = now, now
    session.add(page)
    return page


def next_round(callback: Callback) -> int:
    """Count one round of pages of this callback, and return its number."""
    callback.decisions += 1
    return callback.decisions


def code_for(session: Session, callback: Callback, technician_id: int) -> str:
    """Return the code by which this person answers for this callback. It never changes."""
    known = select(Page.code).where(
        Page.callback_id == callback.id, Page.technician_id == technician_id, Page.code != ""
    )
    return session.scalars(known).first() or free_code(session, technician_id)


def free_code(session: Session, technician_id: int) -> str:
    """Return six digits that are not in use: not for an open page of anybody, and not for any page of this technician.

    Nor are they a verification code of this technician, which has six digits too.
    """
    while True:
        code = f"{secrets.randbelow(900000) + 100000}"
        if not session.scalar(select(_is_taken(code, technician_id))):
            return code


def _is_taken(code: str, technician_id: int) -> ColumnElement[bool]:
    pages = select(Page.id).outerjoin(Callback, Page.callback_id == Callback.id).where(Page.code == code)
    is_open, is_theirs = Callback.state == CallbackState.OPEN, Page.technician_id == technician_id
    unused = select(Verification.id).where(Verification.code == code, Verification.used_at.is_(None))
    return (
        pages.where(or_(is_open, is_theirs)).exists()
        | unused.where(Verification.technician_id == technician_id).exists()
    )


def mark_answer(session: Session, callback: Callback, technician: Technician, answer: PageAnswer) -> None:
    """Record on a technician's pages what they answered. A later answer replaces an earlier one."""
    theirs = select(Page).where(Page.callback_id == callback.id, Page.technician_id == technician.id, Page.code != "")
    for page in session.scalars(theirs):
        page.answer = answer


# The row and its log


def locked_page(session: Session, page_id: int) -> Page | None:
    """Return a page, locked until the transaction ends, after its callback; None if there is none."""
    lock_callback_of(session, page_id)
    return locked_or_none(session, Page, page_id)


def lock_callback_of(session: Session, page_id: int) -> None:
    """Lock the callback of a page. Always done before the page is locked: the same order everywhere, no deadlock."""
    callback_id = session.scalar(select(Page.callback_id).where(Page.id == page_id))
    if callback_id is not None:
        locked(session, Callback, callback_id)


def pages_bundled_into(session: Session, page: Page) -> Sequence[Page]:
    """Return the pages that are sent in the same message as this one."""
    return session.scalars(select(Page).where(Page.bundled_into_id == page.id).order_by(Page.id)).all()


def record_page_event(session: Session, page: Page, now: datetime, actor: str, kind: EventKind, detail: str) -> None:
    """Add an event to the log of the callback that a page is about, if it is about one."""
    if page.callback is not None:
        record_event(session, page.callback.contact_sid, now, actor, kind, detail)
