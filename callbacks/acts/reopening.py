"""A word from the customer reopens a callback that has ended. Nobody is woken for it unless its priority says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts.holds import TEXTED_AGAIN, begin_hold
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import PageKind
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import Change, awaits_attempt, change_state, review
from callbacks.paging import messages
from callbacks.paging.closed_hours import counts_support_hours
from callbacks.paging.notices import text_if_reachable
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_of
from callbacks.records.event_log import record_event
from sla.hours import NeverOpen


def reopen_by_text(session: Session, desk: Desk, callback: Callback, by: str, text: str, now: datetime) -> None:
    """Reopen a callback that closed automatically, which the caller has locked: its customer texted. Tell its owner."""
    change_state(callback, Change.REOPEN, now)
    record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.REOPENED, "The customer texted.")
    review(callback, now)
    not_before = hold_while_closed(session, desk, callback, TEXTED_AGAIN, now)
    tell_of_reopening(session, desk, callback, by, text, not_before or now)


def hold_while_closed(session: Session, desk: Desk, callback: Callback, why: str, now: datetime) -> datetime | None:
    """Hold a callback until the desk opens, if nobody is to be woken for it. Return when that is, or None."""
    opens_at = opening_to_wait_for(session, desk, callback, now)
    if opens_at is not None:
        begin_hold(session, desk, callback, opens_at, Actor.DESK, why, now)
    return opens_at


def opening_to_wait_for(session: Session, desk: Desk, callback: Callback, now: datetime) -> datetime | None:
    """Return when the desk opens if nobody is to be woken for a callback, or None to page and tell people now.

    While a callback pages at any hour, its people are awake.
    """
    is_paged_for = awaits_attempt(callback) and not counts_support_hours(desk, callback)
    if is_paged_for or not desk.promises[callback.priority].first_reaction.business_time:
        return None
    try:
        opens_at = support_hours(session, desk).next_opening(now)
    except NeverOpen:
        return None
    return opens_at if opens_at > now else None


def tell_of_reopening(session: Session, desk: Desk, callback: Callback, by: str, why: str, at: datetime) -> None:
    """Text the owner, at that time, who reopened a callback and why."""
    owner = callback.owner
    if owner is None or owner.left_at is not None:
        return
    code, subject = code_for(session, callback, owner.id), subject_of(desk, callback)
    words = messages.reopened(subject, code, by, why)
    text_if_reachable(session, callback, owner, PageKind.REOPENED, words, at, code)
