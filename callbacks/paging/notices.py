"""Texts that tell people how a callback stands: who has it, that it is over, and the question how a call went."""

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
from callbacks.people.person import Way
from callbacks.people.technicians import person
from callbacks.text.bilingual import Words

TEXT = Way(Channel.TEXT)
# Pages that went out, alone or with others.
WENT_OUT = (PageState.SENT, PageState.BUNDLED)


def notify_others_of_owner(session: Session, desk: Desk, callback: Callback, owner: Technician, now: datetime) -> None:
    """Text everybody else who was paged that somebody has the callback, and keep back what was not sent yet."""
    cancel_waiting(session, callback)
    others = Technician.id.in_(_paged(callback)) & (Technician.id != owner.id)
    for technician in session.scalars(select(Technician).where(others).order_by(Technician.id)).all():
        text = messages.taken(subject_of(desk, callback), owner.name, technician.language)
        text_if_reachable(session, callback, technician, PageKind.TAKEN, text, now)


def notify_of_end(
    session: Session, desk: Desk, callback: Callback, what: Words, by: str, reason: str, now: datetime
) -> None:
    """Text the owner, or whoever was paged while nobody had it, that somebody else has ended the callback."""
    has_owner = callback.owner_id is not None
    concerned = Technician.id == callback.owner_id if has_owner else Technician.id.in_(_paged(callback))
    for technician in session.scalars(select(Technician).where(concerned).order_by(Technician.id)).all():
        if technician.name != by:
            text = messages.over(subject_of(desk, callback), what, by, reason, technician.language)
            text_if_reachable(session, callback, technician, PageKind.OVER, text, now)


def _paged(callback: Callback) -> Select[int]:
    return select(Page.technician_id).where(Page.callback_id == callback.id, Page.state.in_(WENT_OUT))


def ask_for_outcome(session: Session, desk: Desk, page: Page, call_sid: str, now: datetime) -> None:
    """Ask by text how the call to the customer went, unless the technician has said so already."""
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == call_sid))
    callback = page.callback
    if attempt is None or attempt.is_told or callback is None or callback.state is not CallbackState.OPEN:
        return
    if TEXT in person(page.technician).ways:
        code = code_for(session, callback, page.technician_id)
        text = messages.ask_outcome(subject_of(desk, callback), code, page.technician.language)
        add_page(session, callback, page.technician_id, TEXT, PageKind.OUTCOME, attempt.id, now, text, code)


def text_if_reachable(
    session: Session,
    callback: Callback,
    technician: Technician,
    kind: PageKind,
    text: str,
    now: datetime,
    code: str = "",
) -> None:
    """Text a technician about a callback as a courtesy: nothing is written down where no text reaches them."""
    way = _text_way(technician)
    if way is not None and technician.left_at is None:
        _add_text(session, callback, technician, way, kind, text, now, code)


def text_or_record_failure(
    session: Session, callback: Callback, technician: Technician, kind: PageKind, text: str, now: datetime, code: str
) -> None:
    """Text a technician what somebody asked for: where no text reaches them, the log says that it failed."""
    _add_text(session, callback, technician, _text_way(technician) or TEXT, kind, text, now, code)


def _text_way(technician: Technician) -> Way | None:
    return next((way for way in person(technician).ways if way.channel is Channel.TEXT), None)


def _add_text(
    session: Session,
    callback: Callback,
    technician: Technician,
    way: Way,
    kind: PageKind,
    text: str,
    now: datetime,
    code: str,
) -> None:
    add_page(session, callback, technician.id, way, kind, next_round(callback), now, text, code)
