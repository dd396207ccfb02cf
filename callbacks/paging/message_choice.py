"""The text of a page, made when it is sent: it may have waited, and the message may have arrived meanwhile."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from callbacks.db.states import ESCALATING, AttemptProof, PageAnswer, PageKind, PageState
from callbacks.db.tables import Callback, Page, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.subject import subject_of
from callbacks.text.bilingual import Words


def text_of_page(session: Session, desk: Desk, page: Page, now: datetime, link: str) -> str:
    """Return the text of a page as things stand now, in the language of its technician."""
    if page.callback is None or page.kind not in ESCALATING:
        return page.words
    return _words_now(session, desk, page, page.callback, now, link).for_(page.technician.language)


def _words_now(session: Session, desk: Desk, page: Page, callback: Callback, now: datetime, link: str) -> Words:
    subject = subject_of(desk, callback)
    earlier = _last_attempt(session, desk, callback)
    if earlier is not None:
        if callback.owner_id == page.technician_id:
            return messages.try_again(subject, page.code, earlier)
        return messages.page_again(subject, page.code, earlier, link)
    if page.kind is PageKind.REMINDER or callback.owner_id == page.technician_id:
        return messages.reminder(subject, page.code, now)
    return messages.page(subject, page.code, now, link, _done_before(session, desk, page, callback))


def _last_attempt(session: Session, desk: Desk, callback: Callback) -> Words | None:
    """Return who last tried the customer and how that ended; None when nobody did."""
    made = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id, ReachAttempt.proof != AttemptProof.NONE)
    last = session.scalars(made.order_by(ReachAttempt.id.desc()).limit(1)).first()
    if last is None:
        return None
    return messages.last_attempt(last.technician.name, last.tried_at, last.outcome, desk.zone)


def _done_before(session: Session, desk: Desk, page: Page, callback: Callback) -> Words | None:
    if callback.owner is not None and callback.acknowledged_at is not None:
        return messages.taken_and_not_called(callback.owner.name, callback.acknowledged_at, desk.zone)
    names = session.scalars(_paged_before(page, callback)).all()
    return messages.no_answer_from(names) if names else None


def _paged_before(page: Page, callback: Callback) -> Select[str]:
    """Return a query for the names of the others who were paged and have not answered, the first one first."""
    return (
        select(Technician.name)
        .join(Page, Page.technician_id == Technician.id)
        .where(Page.callback_id == callback.id, Page.id < page.id, Technician.id != page.technician_id)
        .where(Page.state == PageState.SENT, Page.answer == PageAnswer.NONE, Page.kind != PageKind.CONSENT)
        .group_by(Technician.id, Technician.name)
        .order_by(func.min(Page.id))
    )
