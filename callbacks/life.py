"""The life of a callback: opened, taken, handed on, tried, resolved. Each act is one function of one transaction.

Taking it is not answering it: only an attempt to reach the customer ends the paging.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.database import insert_once
from callbacks.desk import Desk
from callbacks.errors import NotFound, WrongState
from callbacks.paging.escalation import add_page, cancel_waiting, hurry, take_next_step, tell_the_others
from callbacks.story import tell
from callbacks.tables import Call, Callback, Page, ReachAttempt, Technician

# Letters and digits that sound alike on a bad line (B, D, P, ... and 1, 0 beside I, O) are left out.
LETTERS = "AFHJKLMNRSWXY"


def open_callback(session: Session, desk: Desk, call: Call, now: datetime) -> Callback:
    """Owe this caller a call, due from the moment the call began; the first page goes into the same transaction.

    There is one callback for a call, however often this is asked.
    """
    session.execute(select(Call.sid).where(Call.sid == call.sid).with_for_update())
    found = session.scalar(select(Callback).where(Callback.call_sid == call.sid))
    if found is not None:
        return found
    due_at = call.began_at + desk.callback.promise
    reference = _free_reference(session)
    insert_once(
        session,
        Callback,
        reference=reference,
        call_sid=call.sid,
        state="open",
        priority="P2",
        opened_at=now,
        due_at=due_at,
        resumed=False,
        position=0,
        decisions=0,
        next_action_at=now,
    )
    callback = session.scalars(select(Callback).where(Callback.call_sid == call.sid)).one()
    tell(session, call.sid, now, "desk", "callback opened", f"Reference {callback.reference}.")
    take_next_step(session, desk, callback, now)
    return callback


def _free_reference(session: Session) -> str:
    while True:
        letters = "".join(secrets.choice(LETTERS) for _ in range(2))
        reference = f"{letters}-{secrets.randbelow(900) + 100}"
        if session.scalar(select(Callback.id).where(Callback.reference == reference)) is None:
            return reference


def held(session: Session, callback_id: int) -> Callback:
    """Load a callback and hold it against everybody else until the transaction ends. Raises NotFound."""
    callback = session.get(Callback, callback_id, with_for_update={"of": Callback}, populate_existing=True)
    if callback is None:
        raise NotFound("There is no such callback.")
    return callback


def acknowledge(
    session: Session, desk: Desk, callback: Callback, technician: Technician, told_by: str, now: datetime
) -> bool:
    """Give the callback to a technician; say whether it is theirs. Asked again by its owner, nothing changes.

    Somebody else's is theirs until it escalates again: then whoever takes it next has it.
    """
    if callback.owner_id == technician.id and not callback.resumed:
        return True
    if callback.state != "open" or (callback.owner_id is not None and not callback.resumed):
        return callback.owner_id == technician.id
    callback.owner, callback.owner_id, callback.acknowledged_at = technician, technician.id, now
    callback.acted_at, callback.resumed = now, False
    tell(session, callback.call_sid, now, technician.name, "taken", f"by {told_by}")
    mark_answer(session, callback, technician, "taken")
    tell_the_others(session, desk, callback, technician, now)
    if callback.attempted_at is None:
        take_next_step(session, desk, callback, now)  # from now on it is the owner who is watched
    return True


def hand_on(session: Session, callback: Callback, technician: Technician, told_by: str, now: datetime) -> None:
    """Give it back, or decline it: the next step is taken at once. Raises WrongState when it is somebody else's."""
    if callback.state != "open":
        raise WrongState(f"{callback.reference} is closed.")
    if callback.owner_id not in (None, technician.id):
        raise WrongState(f"{callback.reference} is with {callback.owner.name if callback.owner else 'somebody else'}.")
    callback.owner, callback.owner_id, callback.acknowledged_at, callback.resumed = None, None, None, False
    tell(session, callback.call_sid, now, technician.name, "handed on", f"by {told_by}")
    mark_answer(session, callback, technician, "passed")
    hurry(callback, now)


def record_attempt(
    session: Session,
    callback: Callback,
    technician: Technician,
    outcome: str,
    told_by: str,
    now: datetime,
    call_sid: str | None = None,
) -> ReachAttempt:
    """Record an attempt to reach the customer. The first one keeps the promise and ends the paging."""
    attempt = ReachAttempt(callback_id=callback.id, technician_id=technician.id, tried_at=now, outcome=outcome)
    attempt.told_by, attempt.call_sid = told_by, call_sid
    session.add(attempt)
    tell(session, callback.call_sid, now, technician.name, "tried the customer", f"{outcome}, by {told_by}")
    if callback.owner_id is None:
        callback.owner, callback.owner_id, callback.acknowledged_at = technician, technician.id, now
    if callback.attempted_at is None:
        callback.attempted_at = now
        if now > callback.due_at and callback.breached_at is None:
            callback.breached_at = callback.due_at
    callback.next_action_at = None
    cancel_waiting(session, callback)
    return attempt


def resolve(session: Session, callback: Callback, technician: Technician, told_by: str, now: datetime) -> None:
    """Close it: the customer was reached and is served. A person says so, nothing else does."""
    if callback.state != "open":
        return
    if callback.attempted_at is None:
        record_attempt(session, callback, technician, "reached", told_by, now)
    callback.state, callback.resolved_at, callback.next_action_at = "resolved", now, None
    tell(session, callback.call_sid, now, technician.name, "resolved", f"by {told_by}")


def ask_for_connection(session: Session, callback: Callback, technician: Technician, now: datetime) -> None:
    """Have the technician rung, to be connected to the customer. The attempt is on record when the customer is."""
    callback.decisions += 1
    add_page(session, callback, technician.id, "connection", f"connection {callback.decisions}", "", now)


def mark_answer(session: Session, callback: Callback, technician: Technician, answer: str) -> None:
    """Note on this person's pages what they answered; a hand-on is forgotten when they take it after all."""
    mine = select(Page).where(Page.callback_id == callback.id, Page.technician_id == technician.id, Page.code != "")
    for page in session.scalars(mine):
        page.answer = answer
