"""A manager who is asked for: by the caller, by key, and their answer.

They may take the callback from its owner, and the log names them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import ActContext
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, PageAnswer, PageKind, PageState
from callbacks.db.tables import Callback, Page, Technician
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import is_held
from callbacks.paging.called_again import ONCE_IN
from callbacks.paging.managers import page_managers
from callbacks.paging.notices import PAGED
from callbacks.records.event_log import record_event


def is_asked_for(context: ActContext, technician: Technician) -> bool:
    """Return whether the customer asks for this manager, who has not answered yet."""
    theirs = select(Page.id).where(Page.callback_id == context.callback.id, Page.technician_id == technician.id)
    unanswered = theirs.where(Page.kind == PageKind.MANAGER, Page.state.in_(PAGED), Page.answer == PageAnswer.NONE)
    return context.session.scalar(unanswered.limit(1)) is not None


def record_answer(context: ActContext, technician: Technician, answer: str) -> None:
    """Add the answer of a manager who was asked for to the log."""
    context.record(EventKind.MANAGER_RESPONDED, f"{answer}, by {context.by.label}", technician.name)


def ask_for_caller(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Page a manager because the caller pressed the key for one. To be called once for each call.

    While the callback is held, nobody is paged: they are when the hold ends (`callbacks.paging.after_a_hold`).
    """
    if callback.state is not CallbackState.OPEN:
        return
    _ask(session, desk, callback, "by key", now, waits=is_held(callback, now))


def ask_for_writer(session: Session, desk: Desk, callback: Callback, why: str, now: datetime, *, waits: bool) -> None:
    """Page a manager because of a mail to an escalation mailbox. To be called once for each mail.

    A manager is on call at any hour, also for a callback that waits for the desk to open. With `waits`, they are paged
    when the hold ends. Several mails about one callback page them once in ten minutes.
    """
    if callback.state is not CallbackState.OPEN:
        return
    if not waits and _was_paged_lately(session, callback, now):
        detail = "by mail. A manager was paged a moment ago."
        record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.MANAGER_REQUESTED, detail)
        return
    _ask(session, desk, callback, "by mail", now, waits=waits, why=why)


def _was_paged_lately(session: Session, callback: Callback, now: datetime) -> bool:
    lately = (Page.callback_id == callback.id) & (Page.kind == PageKind.MANAGER) & (Page.created_at > now - ONCE_IN)
    return session.scalar(select(Page.id).where(lately, Page.state.in_((PageState.DUE, *PAGED))).limit(1)) is not None


def _ask(
    session: Session, desk: Desk, callback: Callback, how: str, now: datetime, *, waits: bool, why: str = ""
) -> None:
    if waits:
        detail = f"{how}. The manager is paged when the hold ends."
    else:
        asked = page_managers(session, desk, callback, why, now)
        paged = f"Paged: {', '.join(asked)}." if asked else "There is no manager or supervisor to page."
        detail = f"{how}. {paged}"
    record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.MANAGER_REQUESTED, detail)
