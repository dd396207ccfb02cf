"""Calls in support hours: whose phone is rung for a caller, who takes the call, and who is on the phone already."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, union
from sqlalchemy.orm import Session

from callbacks.db.database import locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import FINAL, AttemptState, CallOutcome, Channel
from callbacks.db.tables import Call, Page, PageAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.inbound.calls import settle
from callbacks.inbound.conversations import note_not_connected
from callbacks.records.event_log import record_event

# A report of the end may be lost. After this time a technician is rung all the same.
LONGEST_CALL = timedelta(hours=4)  # Twilio ends a call after that time
LONGEST_PAGE = timedelta(minutes=10)
LONGEST_RING = timedelta(minutes=5)  # from the beginning of the caller's call, with everybody rung before


def record_ringing(session: Session, sid: str, technician_id: int, after: int | None, now: datetime) -> None:
    """Record that a technician's phone is rung, `after` another one or as the first.

    A repeated report about somebody who was rung earlier changes nothing.
    """
    call = locked_or_none(session, Call, sid)
    if call is not None and call.rung_id == after and call.ended_at is None:
        call.rung_id, call.waited_from = technician_id, call.waited_from or now


def record_answer(session: Session, sid: str, technician: Technician, now: datetime) -> bool:
    """Record that a technician pressed the key to take the call. Return whether the caller still waits for them.

    A key that comes after the call has ended, or after somebody else was rung, changes nothing. A call that is not on
    record, because the database was unavailable, is theirs.
    """
    call = locked_or_none(session, Call, sid)
    if call is None or (call.accepted_by_id == technician.id and call.ended_at is None):
        return True
    if call.ended_at is not None or call.rung_id != technician.id:
        return False
    call.accepted_by_id, call.outcome = technician.id, CallOutcome.ANSWERED
    record_event(session, sid, now, technician.name, EventKind.CALL_ANSWERED)
    return True


def record_not_connected(session: Session, desk: Desk, sid: str, technician_id: int, now: datetime) -> None:
    """Record that the technician who took the call was never connected to the caller, who is owed what comes next.

    Not about somebody else than the last one who was rung: the two have spoken since.
    """
    call = locked_or_none(session, Call, sid)
    if call is None or not call.accepted_by_id == call.rung_id == technician_id:
        return
    name = call.accepted_by.name if call.accepted_by else ""
    call.accepted_by_id, call.outcome = None, CallOutcome.IN_PROGRESS
    session.flush()
    session.refresh(call)
    record_event(session, sid, now, Actor.CARRIER, EventKind.NOT_CONNECTED, f"{name} had taken the call.")
    note_not_connected(session, sid)
    if call.ended_at is not None:
        settle(session, desk, call, call.ended_at, now)


def record_put_through(session: Session, sid: str, to: str, now: datetime) -> bool:
    """Record that somebody outside the rota takes a call that a menu passed on. Return whether the caller waits.

    A call that is not on record, because the database was unavailable, is theirs.
    """
    call = locked_or_none(session, Call, sid)
    if call is None or (call.outcome is CallOutcome.PUT_THROUGH and call.ended_at is None):
        return True
    if call.ended_at is not None or call.beep_at is not None:
        return False
    call.outcome = CallOutcome.PUT_THROUGH
    record_event(session, sid, now, Actor.DESK, EventKind.PUT_THROUGH, to)
    return True


def record_not_put_through(session: Session, sid: str) -> None:
    """Record that the two were not connected after all: the call goes on."""
    call = locked_or_none(session, Call, sid)
    if call is not None and call.outcome is CallOutcome.PUT_THROUGH and call.ended_at is None:
        call.outcome = CallOutcome.IN_PROGRESS


def on_the_phone(session: Session, sid: str, now: datetime) -> frozenset[int]:
    """Return the ids of the technicians who are in a call, or whose phone is ringing, other than for this call."""
    busy = union(_with_callers(sid, now), _calling_us(now), _called_by_us(now))
    return frozenset(session.scalars(busy))


def _with_callers(sid: str, now: datetime) -> Select[int]:
    """Return a query for those who took another caller's call, or are rung for it."""
    took = Call.accepted_by_id.is_not(None) & (Call.began_at > now - LONGEST_CALL)
    is_rung = Call.accepted_by_id.is_(None) & Call.beep_at.is_(None) & (Call.began_at > now - LONGEST_RING)
    live = select(Technician.id).join(Call, Technician.id == Call.rung_id).where(Call.ended_at.is_(None))
    return live.where(Call.sid != sid, or_(took, is_rung))


def _calling_us(now: datetime) -> Select[int]:
    """Return a query for those whose own phone is calling one of our lines."""
    theirs = Call.caller.in_((Technician.phone, Technician.second_phone))
    is_live: ColumnElement[bool] = Call.ended_at.is_(None) & (Call.began_at > now - LONGEST_CALL)
    return select(Technician.id).join(Call, theirs).where(is_live)


def _called_by_us(now: datetime) -> Select[int]:
    """Return a query for those whom we page by phone, or connect to a customer."""
    pages = select(Page.technician_id).join(PageAttempt, PageAttempt.page_id == Page.id)
    may_be_live = PageAttempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED))
    is_live = may_be_live & PageAttempt.carrier_status.not_in(FINAL)
    page = (Page.channel == Channel.CALL) & (PageAttempt.started_at > now - LONGEST_PAGE)
    connection = (Page.channel == Channel.CONNECTION) & (PageAttempt.started_at > now - LONGEST_CALL)
    return pages.where(is_live, or_(page, connection))
