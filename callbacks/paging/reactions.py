"""How the people who were paged before have reacted, so that a page says of each only what is so."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.states import ESCALATING, AttemptState, PageAnswer, PageState
from callbacks.db.tables import Callback, Page, PageAttempt, Technician


class Reaction(enum.Enum):
    """What a person made of the pages they got about a callback."""

    PASSED = enum.auto()
    NONE = enum.auto()  # they were reached, had the time of their step, and did nothing
    NOT_REACHED = enum.auto()  # every page to them failed


def reactions_before(
    session: Session, page: Page, callback: Callback, asked_until: datetime
) -> Mapping[Reaction, Sequence[str]]:
    """Return the names of the others who were paged in earlier rounds, the first one first, by how they reacted.

    Left out are people who took it, whose page may still be on its way, who were asked only after `asked_until`, and
    who are paged again in the same round.
    """
    asked_now = select(Page.technician_id).where(Page.callback_id == callback.id, Page.round == page.round)
    earlier = (
        select(Page)
        .where(Page.callback_id == callback.id, Page.kind.in_(ESCALATING), Page.round < page.round)
        .where(Page.technician_id != page.technician_id)
        .order_by(Page.id)
    )
    busy = set(session.scalars(asked_now))
    people: dict[Technician, list[Page]] = {}
    for each in session.scalars(earlier).unique():
        people.setdefault(each.technician, []).append(each)
    found: dict[Reaction, list[str]] = {}
    for technician, pages in people.items():
        reaction = _reaction(session, pages, asked_until, is_asked_now=technician.id in busy)
        if reaction is not None:
            found.setdefault(reaction, []).append(technician.name)
    return found


def _reaction(session: Session, pages: Sequence[Page], asked_until: datetime, *, is_asked_now: bool) -> Reaction | None:
    answers = {page.answer for page in pages}
    if PageAnswer.PASSED in answers:
        return Reaction.PASSED
    if is_asked_now or not answers.isdisjoint({PageAnswer.TAKEN, PageAnswer.PASSED_OVER}):
        return None
    if all(page.state is PageState.FAILED for page in pages):
        return Reaction.NOT_REACHED
    asked_at = _asked_at(session, pages)
    return Reaction.NONE if asked_at is not None and asked_at <= asked_until else None


def _asked_at(session: Session, pages: Sequence[Page]) -> datetime | None:
    """Return when the first of these pages went out that has not failed, or None when none did."""
    sent = [page.bundled_into_id or page.id for page in pages if page.state in (PageState.SENT, PageState.BUNDLED)]
    accepted = PageAttempt.page_id.in_(sent) & (PageAttempt.state == AttemptState.ACCEPTED)
    return session.scalar(select(func.min(PageAttempt.started_at)).where(accepted))
