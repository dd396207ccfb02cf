"""The question whether a call that was answered needs more work: asked at its end, or by one text.

Whoever hangs up before the caller hears no question, so they get it by text, once. Their answer opens the callback as
the key does. Nobody is reminded of it.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Via, perform, technician_by
from callbacks.acts.by_hand import open_after_call
from callbacks.acts.details import AddNote
from callbacks.acts.joining import callback_to_join
from callbacks.db import marks
from callbacks.db.database import locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CarrierStatus, Channel, PageKind, PriorityLevel
from callbacks.db.tables import Call, Callback, Event, Page, PageAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.paging.alerts import add_alert
from callbacks.paging.notices import text_way
from callbacks.paging.pages import free_code
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event

_PRIORITY = re.compile(r"p\s?([123])(?![0-9a-z])[\s,.;:-]*", re.IGNORECASE)


def may_need_more(session: Session, desk: Desk, call: Call, technician_id: int) -> bool:
    """Return whether the technician who took a call is asked: it is about no callback that is open already."""
    is_theirs = call.accepted_by_id == technician_id
    return is_theirs and callback_about(session, call.sid) is None and callback_to_join(session, desk, call) is None


def note_asked(session: Session, call: Call, by: str, now: datetime) -> None:
    """Record that the technician who took a call is asked, and how."""
    record_event(session, call.sid, now, Actor.DESK, EventKind.FOLLOW_UP_ASKED, by)
    marks.clear(session, _spoken(call.sid))


def note_spoken(session: Session, desk: Desk, call: Call, technician_id: int, now: datetime) -> None:
    """Record that a caller, whose call is locked, was connected with a technician, and ask them if their leg is over.

    The carrier reports the end of that leg before or after this.
    """
    if not desk.ringing.asks_by_text or _was_asked(session, call):
        return
    marks.once(session, _spoken(call.sid), now)
    rings = select(Page).where(Page.live_call_sid == call.sid, Page.technician_id == technician_id)
    over = rings.join(PageAttempt).where(PageAttempt.carrier_status == CarrierStatus.COMPLETED)
    ring = session.scalars(over.where(Page.kind == PageKind.LIVE_CALL).order_by(Page.id.desc())).first()
    if ring is not None:
        _ask(session, desk, call, ring, now)


def ask_by_text(session: Session, desk: Desk, leg_sid: str, now: datetime) -> None:
    """Text the question to a technician whose phone call with a caller is over, unless they were asked.

    Only once the caller's side has said that the two were connected: a technician may be cut off before that.
    """
    ring = session.scalars(select(Page).join(PageAttempt).where(PageAttempt.sid == leg_sid)).first()
    if ring is None or ring.kind is not PageKind.LIVE_CALL or ring.live_call_sid is None:
        return
    call = locked_or_none(session, Call, ring.live_call_sid)
    if call is not None and marks.last_at(session, _spoken(call.sid)) is not None:
        _ask(session, desk, call, ring, now)


def _ask(session: Session, desk: Desk, call: Call, ring: Page, now: datetime) -> None:
    technician, way = ring.technician, text_way(ring.technician)
    if way is None or technician.left_at is not None or not desk.ringing.asks_by_text:
        return
    if not may_need_more(session, desk, call, technician.id) or _was_asked(session, call):
        return
    if _was_rung_again(session, ring):
        return
    code = free_code(session, technician.id)
    words = messages.needs_more(desk.company.sender, call.caller, code, call.began_at, desk.zone, now)
    page = add_alert(session, technician.id, way, PageKind.FOLLOW_UP, words.for_(technician.language), now)
    page.code, page.live_call_sid = code, call.sid
    note_asked(session, call, f"{technician.name}, by {Channel.TEXT.value}", now)


def _spoken(call_sid: str) -> str:
    return f"spoke, not asked yet: {call_sid}"


def _was_rung_again(session: Session, ring: Page) -> bool:
    theirs = (Page.technician_id == ring.technician_id) & (Page.live_call_sid == ring.live_call_sid)
    later = select(Page.id).where(theirs, Page.kind == PageKind.LIVE_CALL, Page.id > ring.id)
    return session.scalar(later.limit(1)) is not None


def _was_asked(session: Session, call: Call) -> bool:
    asked = select(Event.id).where(Event.contact_sid == call.sid, Event.kind == EventKind.FOLLOW_UP_ASKED)
    return session.scalar(asked.limit(1)) is not None


def asked_with(session: Session, technician: Technician, code: str) -> Page | None:
    """Return the text that asked a technician with this code, and that opened no callback yet."""
    theirs = select(Page).where(Page.technician_id == technician.id, Page.code == code)
    return session.scalars(theirs.where(Page.kind == PageKind.FOLLOW_UP, Page.callback_id.is_(None))).first()


def open_by_text(session: Session, desk: Desk, page: Page, words: str, now: datetime) -> Callback | None:
    """Return the callback of the call that a text asked about, opened with what the answer says: "p2 digests stopped".

    Without a priority it has that of the line. From then on the code of the text is its code.
    """
    call = locked_or_none(session, Call, page.live_call_sid or "")
    if call is None:
        return None
    named = _PRIORITY.match(words)
    priority = PriorityLevel(f"P{named[1]}") if named is not None else desk.priority_of_line(call.line)
    note, by = words[named.end() :] if named is not None else words, technician_by(page.technician, Via.TEXT, page.code)
    callback = open_after_call(session, desk, call, by, priority, now, code=page.code)
    page.callback_id = callback.id
    if note:
        perform(session, desk, callback.id, AddNote(note), by, now)
    return callback
