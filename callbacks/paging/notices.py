"""Texts about a callback that ask nobody to take it: who has it, that it is over, how the call went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState, Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.pages import add_page, cancel_waiting, code_for, next_round
from callbacks.paging.subject import subject_of
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import person
from callbacks.text.bilingual import Words

TEXT = ContactMethod(Channel.TEXT)
# Sent alone or in one message with others.
PAGED = (PageState.SENT, PageState.BUNDLED)


def notify_others_of_owner(session: Session, desk: Desk, callback: Callback, owner: Technician, now: datetime) -> None:
    """Text everybody else who was paged that somebody has the callback, and cancel what is not sent yet."""
    cancel_waiting(session, callback)
    others = Technician.id.in_(_paged(callback)) & (Technician.id != owner.id)
    for technician in session.scalars(select(Technician).where(others).order_by(Technician.id)).all():
        words = messages.taken(subject_of(desk, callback), owner.name)
        text_if_reachable(session, callback, technician, PageKind.TAKEN, words, now)


def notify_of_end(
    session: Session, desk: Desk, callback: Callback, what: Words, by: str, reason: str, now: datetime
) -> None:
    """Text the owner that somebody else has ended the callback; without an owner, everybody who was paged."""
    has_owner = callback.owner_id is not None
    concerned = Technician.id == callback.owner_id if has_owner else Technician.id.in_(_paged(callback))
    for technician in session.scalars(select(Technician).where(concerned).order_by(Technician.id)).all():
        if technician.name != by:
            words = messages.over(subject_of(desk, callback), what, by, reason)
            text_if_reachable(session, callback, technician, PageKind.OVER, words, now)


def _paged(callback: Callback) -> Select[int]:
    about_it = select(Page.technician_id).where(Page.callback_id == callback.id, Page.state.in_(PAGED))
    return about_it.where(Page.kind != PageKind.CONSENT)  # that asks nobody to call the customer


def ask_for_outcome(session: Session, desk: Desk, page: Page, call_sid: str, now: datetime) -> None:
    """Ask by text how the call to the customer went, unless the technician has reported it."""
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == call_sid))
    callback = page.callback
    if attempt is None or attempt.is_told or callback is None or callback.state is not CallbackState.OPEN:
        return
    if TEXT in person(page.technician).contact_methods:
        code = code_for(session, callback, page.technician_id)
        text = messages.ask_outcome(subject_of(desk, callback), code).for_(page.technician.language)
        add_page(session, callback, page.technician_id, TEXT, PageKind.OUTCOME, attempt.id, now, text, code)


def text_if_reachable(
    session: Session,
    callback: Callback,
    technician: Technician,
    kind: PageKind,
    words: Words,
    now: datetime,
    code: str = "",
) -> None:
    """Text a technician about a callback, in their language, if texts reach them; otherwise do nothing."""
    way = _text_way(technician)
    if way is not None and technician.left_at is None:
        _add_text(session, callback, technician, way, kind, words, now, code)


def text_or_record_failure(
    session: Session, callback: Callback, technician: Technician, kind: PageKind, words: Words, now: datetime, code: str
) -> None:
    """Text a technician in their language; if texts do not reach them, the callback's log records that it failed."""
    _add_text(session, callback, technician, _text_way(technician) or TEXT, kind, words, now, code)


def _text_way(technician: Technician) -> ContactMethod | None:
    return next((way for way in person(technician).contact_methods if way.channel is Channel.TEXT), None)


def _add_text(
    session: Session,
    callback: Callback,
    technician: Technician,
    way: ContactMethod,
    kind: PageKind,
    words: Words,
    now: datetime,
    code: str,
) -> None:
    text = words.for_(technician.language)
    add_page(session, callback, technician.id, way, kind, next_round(callback), now, text, code)
