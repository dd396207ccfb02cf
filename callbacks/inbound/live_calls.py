"""Calls in support hours: who is rung for a caller, who takes the call, and who is on the phone already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from callbacks.db.database import locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import FINAL, AttemptState, CallOutcome, Channel, PageKind, PageState
from callbacks.db.tables import Call, Page, PageAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.inbound import rings
from callbacks.inbound.calls import settle
from callbacks.inbound.conversations import note_not_connected
from callbacks.records.event_log import record_event

# A report of the end may be lost. After this time a technician is rung all the same.
LONGEST_CALL = timedelta(hours=4)  # Twilio ends a call after that time
LONGEST_PAGE = timedelta(minutes=10)
LONGEST_RING = timedelta(minutes=1)  # of one that has not been sent


def record_wait(session: Session, sid: str, now: datetime) -> None:
    """Record that a caller begins to wait for a technician, once."""
    call = locked_or_none(session, Call, sid)
    if call is not None and call.ended_at is None:
        call.waited_from = call.waited_from or now


def ring(session: Session, sid: str, technician_ids: Iterable[int], now: datetime) -> None:
    """Ring technicians for a caller."""
    call = locked_or_none(session, Call, sid)
    if call is not None:
        rings.start_ringing(session, call, technician_ids, now)


def record_answer(session: Session, sid: str, technician: Technician, now: datetime) -> bool:
    """Record that a technician pressed the key to take the call. Return whether it is theirs.

    The first key counts. One that comes after the call has ended, or after the caller went on to leave a message,
    changes nothing. A call that is not on record, because the database was unavailable, is theirs.
    """
    call = locked_or_none(session, Call, sid)
    if call is None or (call.accepted_by_id == technician.id and call.ended_at is None):
        return True
    if not may_take(session, call, technician):
        return False
    call.accepted_by_id, call.outcome = technician.id, CallOutcome.ANSWERED
    rings.stop_ringing(session, sid, now, but=technician.id)
    record_event(session, sid, now, technician.name, EventKind.CALL_ANSWERED)
    return True


def may_take(session: Session, call: Call, technician: Technician) -> bool:
    """Return whether the caller waits, and a technician is being rung for them."""
    is_waiting = call.ended_at is None and call.accepted_by_id is None and call.beep_at is None
    return is_waiting and rings.is_wanted(session, call.sid, technician.id)


def record_not_connected(session: Session, desk: Desk, sid: str, technician_id: int, now: datetime) -> None:
    """Record that the technician who took the call was never connected to the caller, who is owed what comes next.

    Not about somebody else than the one who has the call: the two have spoken since.
    """
    call = locked_or_none(session, Call, sid)
    if call is None or call.accepted_by_id != technician_id:
        return
    name = call.accepted_by.name if call.accepted_by else ""
    call.accepted_by_id, call.outcome = None, CallOutcome.IN_PROGRESS
    session.flush()
    session.refresh(call)
    rings.stop_ringing(session, sid, now)
    record_event(session, sid, now, Actor.CARRIER, EventKind.NOT_CONNECTED, f"{name} had taken the call.")
    note_not_connected(session, sid)
    if call.ended_at is not None:
        settle(session, desk, call, call.ended_at, now)


def last_calls(session: Session) -> Mapping[int, datetime]:
    """Return when the last call began that each technician took."""
    taken = select(Call.accepted_by_id, func.max(Call.began_at)).where(Call.accepted_by_id.is_not(None))
    return {id: at for id, at in session.execute(taken.group_by(Call.accepted_by_id)) if id is not None}


def callers_ahead(session: Session, desk: Desk, call: Call, now: datetime) -> int:
    """Return how many callers have waited longer, with nobody being rung for them."""
    since = call.waited_from or now
    longest = desk.ringing.longest_hunt + desk.ringing.each
    waiting = select(func.count()).select_from(Call).where(
        Call.sid != call.sid, Call.waited_from < since, Call.waited_from > now - longest,
        Call.ended_at.is_(None), Call.accepted_by_id.is_(None),
        Call.promised_at.is_(None), Call.beep_at.is_(None),
    )  # fmt: skip
    is_on = or_(PageAttempt.id.is_(None), PageAttempt.carrier_status.not_in(FINAL))
    ringing = select(Page.id).outerjoin(PageAttempt, PageAttempt.page_id == Page.id)
    ringing = ringing.where(Page.live_call_sid == Call.sid, Page.state.in_(rings.WANTED), is_on)
    return session.scalar(waiting.where(~ringing.exists())) or 0


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
    busy = union(_with_callers(sid, now), _rung_for_callers(sid, now), _calling_us(now), _called_by_us(sid, now))
    return frozenset(session.scalars(busy))


def _with_callers(sid: str, now: datetime) -> Select[int]:
    """Return a query for those who took another caller's call."""
    live = select(Technician.id).join(Call, Technician.id == Call.accepted_by_id).where(Call.ended_at.is_(None))
    return live.where(Call.sid != sid, Call.began_at > now - LONGEST_CALL)


def _rung_for_callers(sid: str, now: datetime) -> Select[int]:
    """Return a query for those who are about to be rung for another caller."""
    to_be_sent = (Page.kind == PageKind.LIVE_CALL) & (Page.state == PageState.DUE)
    return select(Page.technician_id).where(to_be_sent, Page.live_call_sid != sid, Page.created_at > now - LONGEST_RING)


def _calling_us(now: datetime) -> Select[int]:
    """Return a query for those whose own phone is calling one of our lines."""
    theirs = Call.caller.in_((Technician.phone, Technician.second_phone))
    is_live: ColumnElement[bool] = Call.ended_at.is_(None) & (Call.began_at > now - LONGEST_CALL)
    return select(Technician.id).join(Call, theirs).where(is_live)


def _called_by_us(sid: str, now: datetime) -> Select[int]:
    """Return a query for those whom we page by phone, ring for another caller, or connect to a customer."""
    is_other = or_(Page.live_call_sid.is_(None), Page.live_call_sid != sid)
    pages = select(Page.technician_id).join(PageAttempt, PageAttempt.page_id == Page.id)
    may_be_live = PageAttempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED))
    is_live = may_be_live & PageAttempt.carrier_status.not_in(FINAL)
    page = (Page.channel == Channel.CALL) & (PageAttempt.started_at > now - LONGEST_PAGE)
    connection = (Page.channel == Channel.CONNECTION) & (PageAttempt.started_at > now - LONGEST_CALL)
    return pages.where(is_live, is_other, or_(page, connection))
