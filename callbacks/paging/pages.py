"""Rows of the outbox about a callback: put in, kept back, and found by the code that binds a reply to them."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Select, func, select, true, update
from sqlalchemy.orm import Session

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
from callbacks.db.tables import Callback, Page, PageAttempt, Technician
from callbacks.paging.decide import Notice
from callbacks.people.person import Way


def cancel_waiting(session: Session, callback: Callback, technician_id: int | None = None) -> None:
    """Keep back the pages that were not sent (to one technician, or to all); one on the wire cannot be called back."""
    attempts = select(PageAttempt.id).where(PageAttempt.page_id == Page.id)
    on_the_wire = attempts.where(PageAttempt.state == AttemptState.SENDING).exists()
    escalating = Page.kind.in_(ESCALATING)
    theirs = Page.technician_id == technician_id if technician_id is not None else true()
    session.execute(
        update(Page)
        .where(Page.callback_id == callback.id, Page.state == PageState.DUE, escalating, theirs, ~on_the_wire)
        .values(state=PageState.CANCELLED, next_action_at=None)
        .execution_options(synchronize_session="fetch")
    )
    release_bundled(session, select(Page.id).where(Page.callback_id == callback.id, Page.state == PageState.CANCELLED))


def release_bundled(session: Session, leads: Select[int]) -> None:
    """What was to go along with a page that does not go after all, goes by itself."""
    session.execute(
        update(Page)
        .where(Page.state == PageState.BUNDLED, Page.bundled_into_id.in_(leads.scalar_subquery()))
        .values(state=PageState.DUE, bundled_into_id=None, next_action_at=Page.created_at)
        .execution_options(synchronize_session="fetch")
    )


def put_in_outbox(
    session: Session, callback: Callback, notice: Notice, kind: PageKind, round: int, now: datetime
) -> None:
    """Put a page into the outbox. Its words are found when it goes out: they say how it is then.

    One that still waits there, for a carrier that takes nothing, is not joined by a second: after the outage nobody
    reads the same thing once for every step that was taken meanwhile.
    """
    who, at = notice.person, now + notice.after
    waiting = _waiting_page(session, callback, notice, kind)
    if waiting is not None:
        if not waiting.tries:
            waiting.next_action_at = min(waiting.next_action_at or at, at)
        return
    way, code = Way(notice.channel, notice.number), code_for(session, callback, who.id)
    add_page(session, callback, who.id, way, kind, round, now, code=code).next_action_at = at


def _waiting_page(session: Session, callback: Callback, notice: Notice, kind: PageKind) -> Page | None:
    """The page of the same kind that has yet to go the same way to the same person."""
    same_way = pages_by_way(callback.id, notice.person.id, notice.channel, notice.number)
    waiting = same_way.where(Page.state == PageState.DUE, Page.kind == kind)
    return session.scalars(waiting.order_by(Page.id).limit(1)).first()


def pages_by_way(callback_id: int | None, technician_id: int, channel: Channel, number: PhoneSlot) -> Select[Page]:
    """Every page about a callback that goes, or went, to one person by one way."""
    theirs = select(Page).where(Page.callback_id == callback_id, Page.technician_id == technician_id)
    return theirs.where(Page.channel == channel, Page.number == number)


def add_page(
    session: Session,
    callback: Callback,
    technician_id: int,
    way: Way,
    kind: PageKind,
    round: int,
    now: datetime,
    text: str = "",
    code: str = "",
) -> Page:
    """Put a page into the outbox and return it; it goes out after this transaction is committed.

    Without a text it is worded when it goes out.
    """
    page = Page(callback_id=callback.id, technician_id=technician_id, channel=way.channel, number=way.number)
    page.kind, page.round, page.words, page.code = kind, round, text, code
    page.created_at, page.next_action_at = now, now
    session.add(page)
    return page


def next_round(callback: Callback) -> int:
    """Return a number under which this callback has no page yet."""
    callback.decisions += 1
    return callback.decisions


def code_for(session: Session, callback: Callback, technician_id: int) -> str:
    """Give the code by which this person answers for this callback: the same one as long as it is open."""
    known = select(Page.code).where(
        Page.callback_id == callback.id, Page.technician_id == technician_id, Page.code != ""
    )
    return session.scalars(known).first() or _free_code(session)


def _free_code(session: Session) -> str:
    open_codes = select(func.count()).select_from(Page).join(Callback, Page.callback_id == Callback.id)
    while True:
        code = f"{secrets.randbelow(9000) + 1000}"
        if not session.scalar(open_codes.where(Page.code == code, Callback.state == CallbackState.OPEN)):
            return code


def mark_answer(session: Session, callback: Callback, technician: Technician, answer: PageAnswer) -> None:
    """Note on a technician's pages what they answered. Who takes a callback after all no longer counts as passed."""
    theirs = select(Page).where(Page.callback_id == callback.id, Page.technician_id == technician.id, Page.code != "")
    for page in session.scalars(theirs):
        page.answer = answer
