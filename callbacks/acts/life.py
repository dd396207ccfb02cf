"""The life of a callback: opened, taken, handed on, tried, resolved. Each act is one function of one transaction.

Taking it is not answering it: only an attempt to reach the customer ends the paging.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import insert_once, locked
from callbacks.db.tables import Call, Callback, Page, PageAttempt, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound, WrongState
from callbacks.paging.alerts import tell_supervisors
from callbacks.paging.channels.twilio import FINAL
from callbacks.paging.escalate import add_page, cancel_waiting, hurry, take_next_step, tell_it_is_over, tell_the_others
from callbacks.records.event_log import tell
from callbacks.records.search import findable
from callbacks.text import phone_numbers
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

# Letters and digits that sound alike on a bad line (B, D, P, ... and 1, 0 beside I, O) are left out.
LETTERS = "AFHJKLMNRSWXY"
CONNECTING = timedelta(minutes=1)  # so long a phone may ring, and be asked for a key


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
    priority = desk.lines[call.line].priority if call.line in desk.lines else "P2"
    insert_once(
        session,
        Callback,
        reference=reference,
        call_sid=call.sid,
        state="open",
        priority=priority,
        policy=desk.policy_for(call.line, priority, now),
        opened_at=now,
        due_at=due_at,
        resumed=False,
        position=0,
        decisions=0,
        next_action_at=now,
    )
    callback = session.scalars(select(Callback).where(Callback.call_sid == call.sid)).one()
    findable(session, callback, f"{call.caller} {call.caller_name}")
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
    callback = locked(session, Callback, callback_id)
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
    cancel_waiting(session, callback, technician.id)
    hurry(callback, now)


HAS_RESOLVED = Words("has resolved", "a réglé")
# How an attempt to reach the customer went, as a person says it; what follows from each is in `tell_outcome`.
OUTCOMES = ("resolved", "continuing", "left a message", "no answer", "wrong number")


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
    attempt.told_by, attempt.call_sid, attempt.is_told = told_by[:80], call_sid, call_sid is None
    session.add(attempt)
    tell(session, callback.call_sid, now, technician.name, "tried the customer", f"{outcome}, by {told_by}")
    if callback.owner_id is None:
        callback.owner, callback.owner_id, callback.acknowledged_at = technician, technician.id, now
    if callback.attempted_at is None:
        callback.attempted_at = now
        if now > callback.due_at and callback.breached_at is None:
            callback.breached_at = callback.due_at
    watch_for_silence(callback, now)
    cancel_waiting(session, callback)
    return attempt


def watch_for_silence(callback: Callback, now: datetime) -> None:
    """Have the next sweep see when a callback that was tried would close by itself (`callbacks.closing`)."""
    if callback.state == "open" and callback.attempted_at is not None:
        callback.next_action_at = now


def tell_outcome(
    session: Session, desk: Desk, callback: Callback, technician: Technician, outcome: str, told_by: str, now: datetime
) -> None:
    """A technician says how it went, each with its own next step. Raises WrongState when it is closed.

    Resolved: it closes. Continuing: it stays with them. A message left, or no answer: it stays theirs, to be tried
    again. A wrong number: it is never rung again, and the supervisor is told. After a connection this completes the
    attempt that the connection recorded; otherwise it is an attempt of its own.
    """
    if callback.state != "open":
        raise WrongState(f"{callback.reference} is closed already.")
    if outcome not in OUTCOMES:
        raise WrongState(f"There is no outcome {outcome!r}. Known: {', '.join(OUTCOMES)}.")
    said = "reached" if outcome == "resolved" else f"reached, {outcome}" if outcome == "continuing" else outcome
    untold = _connection_without_a_word(session, callback, technician)
    if untold is not None:
        untold.outcome, untold.is_told = said, True
        watch_for_silence(callback, now)
        tell(session, callback.call_sid, now, technician.name, "said how it went", f"{said}, by {told_by}")
    elif outcome != "resolved" or callback.attempted_at is None:
        record_attempt(session, callback, technician, said, told_by, now)
    if outcome == "resolved":
        _close(session, callback, technician, told_by, now)
        if callback.owner_id != technician.id:
            tell_it_is_over(session, desk, callback, HAS_RESOLVED, technician.name, "", now)
    elif outcome == "wrong number":
        _block_the_number(session, desk, callback, technician, now)


def _connection_without_a_word(session: Session, callback: Callback, technician: Technician) -> ReachAttempt | None:
    mine = select(ReachAttempt).where(
        ReachAttempt.callback_id == callback.id, ReachAttempt.technician_id == technician.id
    )
    return session.scalars(mine.where(ReachAttempt.is_told.is_(False)).order_by(ReachAttempt.id.desc())).first()


def _close(session: Session, callback: Callback, technician: Technician, told_by: str, now: datetime) -> None:
    callback.state, callback.resolved_at, callback.next_action_at = "resolved", now, None
    tell(session, callback.call_sid, now, technician.name, "resolved", f"by {told_by}")


def _block_the_number(session: Session, desk: Desk, callback: Callback, technician: Technician, now: datetime) -> None:
    """Somebody else lives there: they must not be rung again, and the customer still waits."""
    number = callback.call.customer_number or callback.call.caller
    callback.call.customer_number = None
    tell(session, callback.call_sid, now, "desk", "number blocked", f"{number} is not the customer's.")
    said = readable_number(number)
    english = (
        f"{callback.reference}: {technician.name} says {said} is a wrong number. Hear the message for another, "
        "and enter it on the callback's page."
    )
    french = (
        f"{callback.reference}: selon {technician.name}, {said} est un mauvais numéro. Trouvez-en un autre dans le "
        "message et inscrivez-le."
    )
    tell_supervisors(session, desk, f"wrong number {callback.reference} {number}", Words(english, french), now)


def consent(session: Session, callback: Callback, who: str, now: datetime) -> None:
    """A named person allows a risky number to be rung for this callback. Raises WrongState."""
    verdict = phone_numbers.verdict_on(callback.call.caller)
    if callback.state != "open":
        raise WrongState(f"{callback.reference} is closed.")
    if verdict.number is None:
        raise WrongState(f"{callback.call.caller or 'The caller'} cannot be rung: {verdict.why}.")
    callback.call.customer_number, callback.consented_by = verdict.number, who
    detail = f"{verdict.number} ({verdict.why or 'an ordinary number'}) may be rung"
    tell(session, callback.call_sid, now, who, "consented", detail)


def resolve(
    session: Session, desk: Desk, callback: Callback, technician: Technician, told_by: str, now: datetime
) -> None:
    """Close it: the customer was reached and is served. A person says so, nothing else does."""
    if callback.state == "open":
        tell_outcome(session, desk, callback, technician, "resolved", told_by, now)


def ask_for_connection(session: Session, callback: Callback, technician: Technician, now: datetime) -> None:
    """Have the technician rung, to be connected to the customer. The attempt is on record when the customer is.

    Raises WrongState when there is no number that may be rung.
    """
    if callback.state != "open":
        raise WrongState(f"{callback.reference} is closed.")
    if callback.call.customer_number is None:
        raise WrongState(f"{callback.reference}: {phone_numbers.verdict_on(callback.call.caller).why or 'no number'}.")
    if _is_being_connected(session, callback, technician, now):  # asked twice: the phone rings once
        return
    callback.decisions += 1
    page = add_page(session, callback, technician.id, "connection", f"connection {callback.decisions}", "", now)
    page.number = "first" if technician.verified_at is not None else "second"


def _is_being_connected(session: Session, callback: Callback, technician: Technician, now: datetime) -> bool:
    mine = select(Page.id).where(
        Page.callback_id == callback.id, Page.technician_id == technician.id, Page.channel == "connection"
    )
    going_on = PageAttempt.carrier_status.not_in(FINAL) & (PageAttempt.started_at > now - CONNECTING)
    on_the_phone = mine.join(PageAttempt, PageAttempt.page_id == Page.id).where(going_on)
    return session.scalar(mine.where(Page.state == "due")) is not None or session.scalar(on_the_phone) is not None


def mark_answer(session: Session, callback: Callback, technician: Technician, answer: str) -> None:
    """Note on this person's pages what they answered; a hand-on is forgotten when they take it after all."""
    mine = select(Page).where(Page.callback_id == callback.id, Page.technician_id == technician.id, Page.code != "")
    for page in session.scalars(mine):
        page.answer = answer
