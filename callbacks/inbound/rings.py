"""The technicians who are rung for a caller on the line: pages of their own kind, which the outbox sends.

A ring that is no longer wanted is cancelled. If its phone rings by then, the worker ends that at the carrier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callbacks.db.states import FINAL, AttemptState, CarrierStatus, Channel, PageKind, PageState
from callbacks.db.tables import Call, Page, PageAttempt
from callbacks.inbound.hunt import Ring

WANTED = (PageState.DUE, PageState.SENT)
LOOK_AGAIN_AFTER = timedelta(seconds=1)  # the carrier's answer, which names the call, is on its way
GIVEN_UP_AFTER = timedelta(minutes=1)  # by then nothing rings any more


def start_ringing(session: Session, call: Call, technician_ids: Iterable[int], now: datetime) -> None:
    """Ring technicians for a caller. The call is locked. A repeated request rings nobody twice."""
    if call.ended_at is not None or call.accepted_by_id is not None:
        return
    rung = set(session.scalars(select(Page.technician_id).where(_of_call(call.sid))))
    for technician_id in technician_ids:
        if technician_id in rung:
            continue
        page = Page(live_call_sid=call.sid, technician_id=technician_id, channel=Channel.CALL)
        page.kind, page.words, page.code = PageKind.LIVE_CALL, "", ""
        page.created_at, page.next_action_at = now, now
        session.add(page)


def stop_ringing(session: Session, sid: str, now: datetime, but: int | None = None) -> None:
    """Cancel the rings for a caller, except for one technician."""
    for page in session.scalars(select(Page).where(_of_call(sid), Page.state.in_(WANTED))):
        if page.technician_id != but:
            page.state, page.next_action_at = PageState.CANCELLED, now


def is_wanted(session: Session, sid: str, technician_id: int) -> bool:
    """Return whether a technician is being rung for a caller."""
    theirs = select(Page.id).where(_of_call(sid), Page.technician_id == technician_id, Page.state.in_(WANTED))
    return session.scalar(theirs.limit(1)) is not None


def rings_for(session: Session, sid: str) -> tuple[Ring, ...]:
    """Return the technicians who have been rung for a caller, in order."""
    pages = session.scalars(select(Page).where(_of_call(sid)).order_by(Page.id)).all()
    return tuple(_ring(page, _last_attempt(session, page)) for page in pages)


def _ring(page: Page, attempt: PageAttempt | None) -> Ring:
    status = attempt.carrier_status if attempt is not None else CarrierStatus.NONE
    return Ring(
        page.technician_id,
        attempt.started_at if attempt is not None else page.created_at,
        is_picked_up=status is CarrierStatus.IN_PROGRESS,
        is_over=page.state not in WANTED or status in FINAL,
    )


def _last_attempt(session: Session, page: Page) -> PageAttempt | None:
    attempts = select(PageAttempt).where(PageAttempt.page_id == page.id)
    return session.scalars(attempts.order_by(PageAttempt.id.desc()).limit(1)).first()


def _of_call(sid: str) -> ColumnElement[bool]:
    return (Page.live_call_sid == sid) & (Page.kind == PageKind.LIVE_CALL)


# Calls to be ended

_TO_BE_ENDED = (
    Page.kind == PageKind.LIVE_CALL,
    Page.state == PageState.CANCELLED,
    Page.next_action_at.is_not(None),
)


def next_due_at(session: Session) -> datetime | None:
    """Return when the next cancelled ring is to be ended at the carrier, or None."""
    return session.scalar(select(func.min(Page.next_action_at)).where(*_TO_BE_ENDED))


def calls_to_end(session: Session, now: datetime) -> Sequence[str]:
    """Return the SIDs of calls to technicians that may still ring in vain. Each is returned once."""
    found = []
    due = select(Page).where(*_TO_BE_ENDED, Page.next_action_at <= now)
    for page in session.scalars(due.with_for_update(of=Page, skip_locked=True)).all():
        attempt, page.next_action_at = _last_attempt(session, page), None
        if attempt is None or attempt.carrier_status in FINAL:
            continue
        if attempt.sid is not None:
            found.append(attempt.sid)
        elif attempt.state is AttemptState.SENDING and now - attempt.started_at < GIVEN_UP_AFTER:
            page.next_action_at = now + LOOK_AGAIN_AFTER
    return found
