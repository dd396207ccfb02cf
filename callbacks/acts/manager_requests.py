"""The answer of a manager who was asked for: they may take the callback from its owner, and the log names them."""

from __future__ import annotations

from sqlalchemy import select

from callbacks.acts.base import ActContext
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageAnswer, PageKind
from callbacks.db.tables import Page, Technician
from callbacks.paging.notices import PAGED


def is_asked_for(context: ActContext, technician: Technician) -> bool:
    """Return whether the customer asks for this manager, who has not answered yet."""
    theirs = select(Page.id).where(Page.callback_id == context.callback.id, Page.technician_id == technician.id)
    unanswered = theirs.where(Page.kind == PageKind.MANAGER, Page.state.in_(PAGED), Page.answer == PageAnswer.NONE)
    return context.session.scalar(unanswered.limit(1)) is not None


def record_answer(context: ActContext, technician: Technician, answer: str) -> None:
    """Add the answer of a manager who was asked for to the log."""
    context.record(EventKind.MANAGER_RESPONDED, f"{answer}, by {context.by.label}", technician.name)
