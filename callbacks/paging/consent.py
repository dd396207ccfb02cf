"""Texts about a number that may not be called without consent: the question to supervisors, and their answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import ESCALATING, PageKind, PageState
from callbacks.db.tables import Callback, Page, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.paging.notices import text_if_reachable, text_or_record_failure
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_of

PAGED = (PageState.SENT, PageState.BUNDLED)


def ask_for_consent(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Ask the supervisors whether the caller's number may be called, if it needs their consent."""
    customer = customer_number(desk, callback)
    if not customer.waits_for_consent:
        return
    for supervisor in store.roster(session, desk, now).supervisors():
        technician = session.get_one(Technician, supervisor.id)
        code = code_for(session, callback, technician.id)
        words = messages.consent_wanted(subject_of(desk, callback), customer.caller, code, now)
        text_or_record_failure(session, callback, technician, PageKind.CONSENT, words, now, code)


def was_asked(session: Session, callback: Callback, technician: Technician) -> bool:
    """Return whether a technician was asked for consent."""
    theirs = select(Page.id).where(Page.callback_id == callback.id, Page.technician_id == technician.id)
    return session.scalar(theirs.where(Page.kind == PageKind.CONSENT).limit(1)) is not None


def notify_of_consent(
    session: Session, desk: Desk, callback: Callback, by: str, by_id: int | None, now: datetime, *, allowed: bool
) -> None:
    """Text the owner, or else everybody who was paged, that the number may be called now, or may not."""
    paged = select(Page.technician_id).where(
        Page.callback_id == callback.id, Page.kind.in_(ESCALATING), Page.state.in_(PAGED)
    )
    has_owner = callback.owner_id is not None
    concerned = Technician.id == callback.owner_id if has_owner else Technician.id.in_(paged)
    for technician in session.scalars(select(Technician).where(concerned).order_by(Technician.id)).all():
        if technician.id != by_id:
            code = code_for(session, callback, technician.id)
            subject = subject_of(desk, callback)
            words = messages.consent_given(subject, code, by) if allowed else messages.consent_refused(subject, by)
            text_if_reachable(session, callback, technician, PageKind.CONSENT_ANSWER, words, now, code)
