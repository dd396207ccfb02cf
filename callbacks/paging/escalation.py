"""Carries out the escalation policy: loads one callback, asks what is next, writes it down in the same transaction.

Nothing is sent here. A page is a row first; the outbox sends it.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from callbacks.desk import Desk
from callbacks.oncall import rota
from callbacks.paging import wording
from callbacks.paging.policy import Case, Decision, Notice, next_step
from callbacks.story import tell
from callbacks.tables import Callback, Page, PageAttempt, Technician, Voicemail

# Pages that lose their point as soon as somebody has taken the callback or tried the customer.
ESCALATING = ("step", "reminder")


def take_next_step(session: Session, desk: Desk, callback: Callback, now: datetime) -> Decision:
    """Do what the policy says for one open callback, which the caller holds locked."""
    policy = desk.policy
    decision = next_step(policy, _case(session, callback), rota.roster(session, policy.layers, now), now)
    for note in decision.notes:
        tell(session, callback.call_sid, now, "desk", "step passed over", note)
    if decision.breach and callback.breached_at is None:
        callback.breached_at = callback.due_at
        tell(
            session, callback.call_sid, now, "desk", "promise broken", "Nobody had tried to reach the customer in time."
        )
    if decision.resumed and not callback.resumed:
        detail = f"{callback.owner.name} took it, but no attempt is on record." if callback.owner else ""
        tell(session, callback.call_sid, now, "desk", "escalation resumed", detail)
    callback.decisions += 1
    for notice in decision.notices:
        _put_in_outbox(session, desk, callback, notice, f"{decision.kind} {callback.decisions}", now)
    if decision.kind == "reminder" or callback.owner_id is not None:
        callback.acted_at = now
    callback.position, callback.resumed = decision.position, decision.resumed
    callback.next_action_at = decision.next_action_at
    return decision


def hurry(callback: Callback, now: datetime) -> None:
    """Take the next step at once: waiting for its time would gain nothing."""
    waits_for_owner = callback.owner_id is not None and not callback.resumed
    if callback.state == "open" and callback.attempted_at is None and not waits_for_owner:
        callback.next_action_at = now


def tell_the_others(session: Session, desk: Desk, callback: Callback, by: Technician, now: datetime) -> None:
    """Text everybody who was paged that somebody has it, and keep back what was not sent yet."""
    cancel_waiting(session, callback)
    paged = select(Page.technician_id).where(Page.callback_id == callback.id, Page.state == "sent")
    others = select(Technician).where(Technician.id.in_(paged), Technician.id != by.id).order_by(Technician.id)
    for technician in session.scalars(others).all():
        words = wording.taken(subject_of(session, desk, callback), by.name, technician.language)
        add_page(session, callback, technician.id, "text", f"taken {callback.decisions}", words, now)


def cancel_waiting(session: Session, callback: Callback) -> None:
    """Keep back the pages that were not sent; one that is on the wire already cannot be called back."""
    on_the_wire = select(PageAttempt.id).where(PageAttempt.page_id == Page.id, PageAttempt.state == "sending").exists()
    escalating = or_(*(Page.occasion.startswith(kind) for kind in ESCALATING))
    session.execute(
        update(Page)
        .where(Page.callback_id == callback.id, Page.state == "due", escalating, ~on_the_wire)
        .values(state="cancelled", next_action_at=None)
        .execution_options(synchronize_session="fetch")
    )


def subject_of(session: Session, desk: Desk, callback: Callback) -> wording.Subject:
    return wording.Subject(
        sender=desk.company.sender,
        reference=callback.reference,
        line=callback.call.line,
        caller=callback.call.caller,
        customer_number=callback.call.customer_number,
        due_at=callback.due_at,
        zone=desk.zone,
        message=_message(session, callback),
    )


def _message(session: Session, callback: Callback) -> wording.Message:
    voicemail = session.scalar(select(Voicemail).where(Voicemail.call_sid == callback.call_sid))
    if voicemail is None or voicemail.state == "absent":
        return wording.NO_MESSAGE
    if voicemail.seconds:
        return wording.Message(left=True, seconds=voicemail.seconds)
    return wording.Message(left=True if voicemail.recording_sid else None)


def _case(session: Session, callback: Callback) -> Case:
    passed = select(Page.technician_id).where(Page.callback_id == callback.id, Page.answer == "passed")
    return Case(
        opened_at=callback.opened_at,
        due_at=callback.due_at,
        position=callback.position,
        next_action_at=callback.next_action_at or callback.opened_at,
        owner=rota.person(callback.owner) if callback.owner else None,
        acknowledged_at=callback.acknowledged_at,
        acted_at=callback.acted_at,
        resumed=callback.resumed,
        passed=frozenset(session.scalars(passed)),
    )


def _put_in_outbox(
    session: Session, desk: Desk, callback: Callback, notice: Notice, occasion: str, now: datetime
) -> None:
    person = notice.person
    code = code_for(session, callback, person.id)
    words = _words(subject_of(session, desk, callback), occasion, code, person.language, now)
    add_page(session, callback, person.id, notice.channel, occasion, words, now, code)


def refresh_words(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    """Say it as it is now: a page that had to wait may be late, and the message may have arrived meanwhile."""
    if page.occasion.startswith(ESCALATING):
        subject = subject_of(session, desk, page.callback)
        page.words = _words(subject, page.occasion, page.code, page.technician.language, now)


def _words(subject: wording.Subject, occasion: str, code: str, language: str, now: datetime) -> str:
    if occasion.startswith("reminder"):
        return wording.reminder(subject, code, language)
    return wording.page(subject, code, language, now)


def add_page(
    session: Session,
    callback: Callback,
    technician_id: int,
    channel: str,
    occasion: str,
    words: str,
    now: datetime,
    code: str = "",
) -> None:
    """Put a page into the outbox; it goes out after this transaction is committed."""
    page = Page(callback_id=callback.id, technician_id=technician_id, channel=channel, occasion=occasion, words=words)
    page.code, page.created_at, page.next_action_at = code, now, now
    session.add(page)


def code_for(session: Session, callback: Callback, technician_id: int) -> str:
    """Give the code by which this person answers for this callback: the same one as long as it is open."""
    known = select(Page.code).where(
        Page.callback_id == callback.id, Page.technician_id == technician_id, Page.code != ""
    )
    return session.scalars(known).first() or _free_code(session)


def _free_code(session: Session) -> str:
    open_codes = select(func.count()).select_from(Page).join(Callback, Page.callback_id == Callback.id)
    while True:
        code = f"{secrets.randbelow(9000) + 1000}"
        if not session.scalar(open_codes.where(Page.code == code, Callback.state == "open")):
            return code
