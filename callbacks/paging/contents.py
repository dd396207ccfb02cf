"""What a page says, made when it goes out: it may have waited, and the message may have arrived meanwhile."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.states import ESCALATING, PageAnswer, PageKind, PageState
from callbacks.db.tables import Callback, Page, Technician
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.subject import subject_of
from callbacks.text.bilingual import Words


def text_of_page(session: Session, desk: Desk, page: Page, now: datetime, link: str) -> str:
    """Return what a page says as things stand now."""
    if page.callback is None or page.kind not in ESCALATING:
        return page.words
    subject, language, callback = subject_of(desk, page.callback), page.technician.language, page.callback
    if page.kind is PageKind.REMINDER or callback.owner_id == page.technician_id:
        return messages.reminder(subject, page.code, language, now)
    return messages.page(subject, page.code, language, now, link, _done_before(session, desk, page, callback))


def _done_before(session: Session, desk: Desk, page: Page, callback: Callback) -> Words | None:
    if callback.owner is not None and callback.acknowledged_at is not None:
        return messages.taken_and_not_called(callback.owner.name, callback.acknowledged_at, desk.zone)
    earlier = (
        select(Technician.name)
        .join(Page, Page.technician_id == Technician.id)
        .where(Page.callback_id == callback.id, Page.id < page.id, Technician.id != page.technician_id)
        .where(Page.state == PageState.SENT, Page.answer == PageAnswer.NONE)
        .group_by(Technician.id, Technician.name)
        .order_by(func.min(Page.id))
    )
    names = session.scalars(earlier).all()
    return messages.no_answer_from(names) if names else None
