"""Texts about a callback that ask nobody to take it: who has it, that it is over, how the call went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, CallbackState, Channel, PageKind, PageState, ReachOutcome
from callbacks.db.tables import Callback, Page, PageAttempt, ReachAttempt, Technician, User
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
UNSENT = (PageState.FAILED, PageState.CANCELLED, PageState.OVER_THE_CAP)
# After one of these, a person knows that a callback needs nothing more of them.
RELIEVING = (PageKind.TAKEN, PageKind.OVER, PageKind.CLOSED)
# These ask for nothing that the end of a callback would change.
ASKING_NOTHING = (PageKind.CONNECTION, PageKind.CONSENT, PageKind.CUSTOMER_TEXT, PageKind.TRANSCRIPT)


def notify_paged(
    session: Session,
    callback: Callback,
    kind: PageKind,
    words: Words,
    by: Technician | None,
    now: datetime,
) -> None:
    """Text that a callback is over for them everybody who was paged and does not know it, but not who ended it.

    `kind` is one that relieves them. When a callback ends, its owner is among them, paged or not. A manager whom the
    customer asks for is still asked for after somebody has taken it.
    """
    cancel_waiting(session, callback)
    last = _last_pages(session, callback)
    unchanged = (*RELIEVING, PageKind.MANAGER) if kind is PageKind.TAKEN else RELIEVING
    concerned = {technician_id for technician_id, last_kind in last.items() if last_kind not in unchanged}
    if kind is not PageKind.TAKEN and callback.owner_id is not None:
        concerned.add(callback.owner_id)
    concerned.discard(by.id if by is not None else 0)
    for technician in session.scalars(select(Technician).where(Technician.id.in_(concerned)).order_by(Technician.id)):
        text_if_reachable(session, callback, technician, kind, words, now)


def _last_pages(session: Session, callback: Callback) -> dict[int, PageKind]:
    """Return what the last page to each person about a callback was for, of those that asked them or relieved them."""
    attempts = select(PageAttempt.id).where(PageAttempt.page_id == Page.id)
    being_sent = (Page.state == PageState.DUE) & attempts.where(PageAttempt.state == AttemptState.SENDING).exists()
    went_out = Page.state.in_(PAGED) | being_sent
    relieved = Page.kind.in_(RELIEVING) & Page.state.not_in(UNSENT)
    asked = Page.kind.not_in((*RELIEVING, *ASKING_NOTHING)) & went_out
    theirs = select(Page.technician_id, Page.kind).where(Page.callback_id == callback.id, asked | relieved)
    last = {}
    for technician_id, kind in session.execute(theirs.order_by(Page.id)):
        last[technician_id] = kind
    return last


def notify_others_of_owner(session: Session, desk: Desk, callback: Callback, owner: Technician, now: datetime) -> None:
    """Text everybody else who was paged that somebody has the callback, and cancel what is not sent yet."""
    words = messages.taken(subject_of(desk, callback), owner.name)
    notify_paged(session, callback, PageKind.TAKEN, words, owner, now)


def notify_of_attempt(session: Session, desk: Desk, callback: Callback, by: Technician, now: datetime) -> None:
    """Text everybody who was paged that somebody has called the customer. The callback stays with its owner."""
    others, owner = messages.tried(subject_of(desk, callback), by.name), callback.owner
    if owner is not None and owner.id != by.id:
        words = messages.tried_for_you(subject_of(desk, callback), by.name)
        text_if_reachable(session, callback, owner, PageKind.TAKEN, words, now)
        session.flush()
    notify_paged(session, callback, PageKind.TAKEN, others, by, now)


def notify_of_end(
    session: Session, desk: Desk, callback: Callback, what: Words, by: str, reason: str, now: datetime
) -> None:
    """Text everybody who was paged, and the owner, that somebody has ended the callback. `by`: as in the event log."""
    words = messages.over(subject_of(desk, callback), what, by, reason)
    notify_paged(session, callback, PageKind.OVER, words, _technician_logged_as(session, by), now)


def _technician_logged_as(session: Session, name: str) -> Technician | None:
    """Return the technician with a name in the event log: their own, or the mail address of their account."""
    account = select(User.technician_id).where(User.email == name)
    by_name = session.scalars(select(Technician).where(Technician.name == name)).first()
    return by_name or session.scalars(select(Technician).where(Technician.id.in_(account))).first()


def ask_for_outcome(session: Session, desk: Desk, callback: Callback, attempt: ReachAttempt, now: datetime) -> None:
    """Ask by text, once, how a connection went, unless the technician has reported it.

    One that never rang at the customer's is no attempt: the technician reads that, and how to try again.
    """
    technician = attempt.technician
    if attempt.is_told or callback.state is not CallbackState.OPEN or _was_asked(session, callback, attempt):
        return
    if TEXT in person(technician).contact_methods:
        code, subject = code_for(session, callback, technician.id), subject_of(desk, callback)
        has_rung = attempt.outcome is not ReachOutcome.NOT_RUNG
        words = messages.ask_outcome(subject, code) if has_rung else messages.not_rung(subject, code)
        text = words.for_(technician.language)
        add_page(session, callback, technician.id, TEXT, PageKind.OUTCOME, attempt.id, now, text, code)


def _was_asked(session: Session, callback: Callback, attempt: ReachAttempt) -> bool:
    asked = select(Page.id).where(Page.callback_id == callback.id, Page.technician_id == attempt.technician_id)
    return session.scalar(asked.where(Page.kind == PageKind.OUTCOME, Page.round == attempt.id).limit(1)) is not None


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
    way = text_way(technician)
    if way is not None and technician.left_at is None:
        _add_text(session, callback, technician, way, kind, words, now, code)


def text_or_record_failure(
    session: Session, callback: Callback, technician: Technician, kind: PageKind, words: Words, now: datetime, code: str
) -> None:
    """Text a technician in their language; if texts do not reach them, the callback's log records that it failed."""
    _add_text(session, callback, technician, text_way(technician) or TEXT, kind, words, now, code)


def text_way(technician: Technician) -> ContactMethod | None:
    """Return how texts reach a technician, or None."""
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
