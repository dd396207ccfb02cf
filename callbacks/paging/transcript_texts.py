"""The text that follows a page once the message is written down, for whoever has not heard it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import GONE, CallbackState, PageKind
from callbacks.db.tables import Callback, Event, Page, Technician, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.notices import ASKING_NOTHING, PAGED, RELIEVING, text_way
from callbacks.paging.pages import add_page
from callbacks.paging.subject import subject_of


def text_transcript(session: Session, desk: Desk, callback: Callback, voicemail: Voicemail, now: datetime) -> None:
    """Text a transcript, once, to the owner, or while there is none to everybody who was paged."""
    if not voicemail.transcript or not _is_news(session, callback, voicemail):
        return
    words = messages.transcribed(
        subject_of(desk, callback), voicemail.transcript, voicemail.gist, voicemail.guessed_urgency
    )
    for technician in _concerned(session, callback):
        way = text_way(technician)
        if way is not None and technician.left_at is None and not _was_told(session, callback, technician, voicemail):
            text = words.for_(technician.language)
            add_page(session, callback, technician.id, way, PageKind.TRANSCRIPT, voicemail.id, now, text)


def is_still_wanted(session: Session, page: Page) -> bool:
    """Return whether the text is still news when it is to be sent."""
    voicemail = session.get(Voicemail, page.round)
    return page.callback is not None and voicemail is not None and _is_news(session, page.callback, voicemail)


def _is_news(session: Session, callback: Callback, voicemail: Voicemail) -> bool:
    """Return whether somebody still waits, and nobody has heard the message."""
    heard = select(Event.id).where(Event.contact_sid == voicemail.call_sid, Event.kind == EventKind.MESSAGE_HEARD)
    is_there = voicemail.audio not in GONE and not voicemail.is_replaced
    return callback.state is CallbackState.OPEN and is_there and session.scalar(heard.limit(1)) is None


def _concerned(session: Session, callback: Callback) -> Sequence[Technician]:
    if callback.owner is not None and not callback.resumed:
        return [callback.owner]
    asked = select(Page.technician_id).where(Page.callback_id == callback.id, Page.state.in_(PAGED))
    asked = asked.where(Page.kind.not_in((*RELIEVING, *ASKING_NOTHING)))
    return session.scalars(select(Technician).where(Technician.id.in_(asked)).order_by(Technician.id)).all()


def _was_told(session: Session, callback: Callback, technician: Technician, voicemail: Voicemail) -> bool:
    theirs = select(Page.id).where(Page.callback_id == callback.id, Page.technician_id == technician.id)
    same = theirs.where(Page.kind == PageKind.TRANSCRIPT, Page.round == voicemail.id)
    return session.scalar(same.limit(1)) is not None
