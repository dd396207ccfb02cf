"""Carries out the escalation policy: loads one callback, asks what is next, writes it down in the same transaction.

Nothing is sent here. A page is a row first; the outbox sends it.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import structlog
from sqlalchemy import Select, func, or_, select, true, update
from sqlalchemy.orm import Session

from callbacks.db.tables import Callback, Page, PageAttempt, ReachAttempt, Technician, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.schedule import Schedule
from callbacks.paging import messages
from callbacks.paging.alerts import tell_supervisors
from callbacks.paging.decide import Case, Decision, Notice, next_step, people_of_step
from callbacks.paging.reasons import told
from callbacks.people.person import Way
from callbacks.people.technicians import person
from callbacks.records.event_log import tell
from callbacks.text.bilingual import Words

log = structlog.get_logger(__name__)

# Pages that lose their point as soon as somebody has taken the callback or tried the customer.
ESCALATING = ("step", "reminder")


def take_next_step(session: Session, desk: Desk, callback: Callback, now: datetime) -> Decision:
    """Do what the policy says for one open callback, which the caller holds locked."""
    plan, case = store.schedule(session, desk, now), _case(session, callback)
    decision = next_step(desk.policy_named(callback.policy), case, plan.roster(now), now)
    for note in decision.notes:
        tell(session, callback.call_sid, now, "desk", "step passed over", note)
    if decision.breach and callback.breached_at is None:
        callback.breached_at = callback.due_at
        tell(
            session, callback.call_sid, now, "desk", "promise broken", "Nobody had tried to reach the customer in time."
        )
    if decision.kind == "wait" and decision.notes and not decision.notices:
        _nobody_to_page(session, desk, callback, now)
    if decision.resumed and not callback.resumed:
        detail = f"{callback.owner.name} took it, but no attempt is on record." if callback.owner else ""
        tell(session, callback.call_sid, now, "desk", "escalation resumed", detail)
    if decision.kind != "wait":
        tell(session, callback.call_sid, now, "desk", *told(desk, callback.policy, plan, case, decision, now))
    callback.decisions += 1
    for notice in decision.notices:
        put_in_outbox(session, desk, callback, notice, f"{decision.kind} {callback.decisions}", now)
    if decision.kind == "reminder" or callback.owner_id is not None:
        callback.acted_at = now
    callback.position, callback.resumed = decision.position, decision.resumed
    callback.next_action_at = decision.next_action_at
    return decision


def forecast(session: Session, desk: Desk, callback: Callback, plan: Schedule) -> Decision | None:
    """What will be decided next if nobody does anything, by the rota as it is now; None when nothing will."""
    at = callback.next_action_at
    if callback.state != "open" or callback.attempted_at is not None or at is None:
        return None
    return next_step(desk.policy_named(callback.policy), _case(session, callback), plan.roster(at), at)


def _nobody_to_page(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """The worst that can be: it is looked at again every minute, and said as loudly as can be."""
    log.error("nobody can be paged: no technician has a verified number", callback=callback.reference)
    english = f"nobody can be paged for {callback.reference}. See to a technician with a verified number at once."
    french = f"personne à joindre pour {callback.reference}. Il faut un technicien dont le numéro est confirmé."
    tell_supervisors(session, desk, f"nobody for {callback.reference}", Words(english, french), now)


def hurry(callback: Callback, now: datetime) -> None:
    """Take the next step at once: waiting for its time would gain nothing."""
    waits_for_owner = callback.owner_id is not None and not callback.resumed
    if callback.state == "open" and callback.attempted_at is None and not waits_for_owner:
        callback.next_action_at = now


def tell_the_others(session: Session, desk: Desk, callback: Callback, by: Technician, now: datetime) -> None:
    """Text everybody who was paged that somebody has it, and keep back what was not sent yet."""
    cancel_waiting(session, callback)
    paged = select(Page.technician_id).where(Page.callback_id == callback.id, Page.state.in_(("sent", "bundled")))
    others = select(Technician).where(Technician.id.in_(paged), Technician.id != by.id).order_by(Technician.id)
    for technician in session.scalars(others).all():
        words = messages.taken(subject_of(session, desk, callback), by.name, technician.language)
        text_about(session, callback, technician, "taken", words, now)


def tell_it_is_over(
    session: Session, desk: Desk, callback: Callback, what: Words, by: str, why: str, now: datetime
) -> None:
    """Text its owner, and whoever was paged for it while nobody had it, that somebody else has ended it."""
    subject = subject_of(session, desk, callback)
    paged = select(Page.technician_id).where(Page.callback_id == callback.id, Page.state.in_(("sent", "bundled")))
    concerned = Technician.id.in_(paged) if callback.owner_id is None else Technician.id == callback.owner_id
    for technician in session.scalars(select(Technician).where(concerned).order_by(Technician.id)).all():
        if technician.name != by:
            words = messages.over(subject, what, by, why, technician.language)
            text_about(session, callback, technician, "over", words, now)


def text_about(
    session: Session, callback: Callback, technician: Technician, kind: str, words: str, now: datetime, code: str = ""
) -> None:
    """Tell somebody something about a callback, each time that it happens, when a text reaches them."""
    way = next((way for way in person(technician).ways if way.channel == "text"), None)
    if way is not None and technician.left_at is None:
        callback.decisions += 1
        page = add_page(session, callback, technician.id, "text", f"{kind} {callback.decisions}", words, now, code)
        page.number = way.number


def cancel_waiting(session: Session, callback: Callback, technician_id: int | None = None) -> None:
    """Keep back the pages that were not sent (to one technician, or to all); one on the wire cannot be called back."""
    on_the_wire = select(PageAttempt.id).where(PageAttempt.page_id == Page.id, PageAttempt.state == "sending").exists()
    escalating = or_(*(Page.occasion.startswith(kind) for kind in ESCALATING))
    theirs = Page.technician_id == technician_id if technician_id is not None else true()
    session.execute(
        update(Page)
        .where(Page.callback_id == callback.id, Page.state == "due", escalating, theirs, ~on_the_wire)
        .values(state="cancelled", next_action_at=None)
        .execution_options(synchronize_session="fetch")
    )
    release_bundled(session, select(Page.id).where(Page.callback_id == callback.id, Page.state == "cancelled"))


def release_bundled(session: Session, leads: Select[int]) -> None:
    """What was to go along with a page that does not go after all, goes by itself."""
    session.execute(
        update(Page)
        .where(Page.state == "bundled", Page.bundled_into_id.in_(leads.scalar_subquery()))
        .values(state="due", bundled_into_id=None, next_action_at=Page.created_at)
        .execution_options(synchronize_session="fetch")
    )


def ask_how_it_went(session: Session, desk: Desk, page: Page, call_sid: str, now: datetime) -> None:
    """The call to the customer is over: unless the technician has said how it went, ask by text."""
    attempt = session.scalar(select(ReachAttempt).where(ReachAttempt.call_sid == call_sid))
    callback = page.callback
    if attempt is None or attempt.is_told or callback is None or callback.state != "open":
        return
    code = code_for(session, callback, page.technician_id)
    words = messages.ask_outcome(subject_of(session, desk, callback), code, page.technician.language)
    if Way("text") in person(page.technician).ways:
        add_page(session, callback, page.technician_id, "text", f"outcome {attempt.id}", words, now, code)


def subject_of(session: Session, desk: Desk, callback: Callback) -> messages.Subject:
    return messages.Subject(
        sender=desk.company.sender,
        reference=callback.reference,
        line=callback.call.line,
        caller=callback.call.caller,
        customer_number=callback.call.customer_number,
        due_at=callback.due_at,
        zone=desk.zone,
        message=_message(session, callback),
        is_tried=callback.attempted_at is not None,
    )


def _message(session: Session, callback: Callback) -> messages.Message:
    voicemail = session.scalar(select(Voicemail).where(Voicemail.call_sid == callback.call_sid))
    if voicemail is None or voicemail.state == "absent":
        return messages.NO_MESSAGE
    if voicemail.audio == "lost":
        return messages.LOST_MESSAGE
    if voicemail.seconds:
        return messages.Message(left=True, seconds=voicemail.seconds)
    return messages.Message(left=True if voicemail.recording_sid else None)


def _case(session: Session, callback: Callback) -> Case:
    paged = select(Page.technician_id).where(Page.callback_id == callback.id)
    passed = paged.where(Page.answer == "passed")
    return Case(
        opened_at=callback.opened_at,
        due_at=callback.due_at,
        position=callback.position,
        next_action_at=callback.next_action_at or callback.opened_at,
        owner=person(callback.owner) if callback.owner else None,
        acknowledged_at=callback.acknowledged_at,
        acted_at=callback.acted_at,
        resumed=callback.resumed,
        passed=frozenset(session.scalars(passed)),
        paged=frozenset(session.scalars(paged)),
    )


def put_in_outbox(
    session: Session, desk: Desk, callback: Callback, notice: Notice, occasion: str, now: datetime
) -> None:
    """Put a page into the outbox. Its words are found when it goes out: they say how it is then.

    One that still waits there, for a carrier that takes nothing, is not joined by a second: after the outage nobody
    reads the same thing once for every step that was taken meanwhile.
    """
    who, at = notice.person, now + notice.after
    waiting = _waiting_page(session, callback, notice, occasion)
    if waiting is not None:
        if not waiting.tries:
            waiting.next_action_at = min(waiting.next_action_at or at, at)
        return
    page = add_page(session, callback, who.id, notice.channel, occasion, "", now, code_for(session, callback, who.id))
    page.number, page.next_action_at = notice.number, at


def _waiting_page(session: Session, callback: Callback, notice: Notice, occasion: str) -> Page | None:
    """The page of the same kind that has yet to go the same way to the same person."""
    same_way = pages_by_way(callback.id, notice.person.id, notice.channel, notice.number)
    waiting = same_way.where(Page.state == "due", Page.occasion.startswith(occasion.split()[0]))
    return session.scalars(waiting.order_by(Page.id).limit(1)).first()


def pages_by_way(callback_id: int | None, technician_id: int, channel: str, number: str) -> Select[Page]:
    """Every page about a callback that goes, or went, to one person by one way."""
    theirs = select(Page).where(Page.callback_id == callback_id, Page.technician_id == technician_id)
    return theirs.where(Page.channel == channel, Page.number == number)


def page_another_way(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    """A page that will never arrive: reach the same person by a way not tried yet, unless the next step does."""
    callback = page.callback
    if callback is None or callback.owner_id is not None:
        return
    roster = store.roster(session, desk, now)
    who = next((each for each in roster.people if each.id == page.technician_id), None)
    policy, case = desk.policy_named(callback.policy), _case(session, callback)
    if who is None or who.id in people_of_step(policy, case, roster, callback.position):
        return
    mine = select(Page.channel, Page.number).where(Page.callback_id == callback.id, Page.technician_id == who.id)
    tried = {(channel, number) for channel, number in session.execute(mine)}
    way = next((way for way in who.ways if (way.channel, way.number) not in tried), None)
    if way is not None:
        put_in_outbox(session, desk, callback, Notice(who, way.channel, way.number), page.occasion, now)


def words_of(session: Session, desk: Desk, page: Page, now: datetime, link: str) -> str:
    """Say it as it is now: a page that had to wait may be late, and the message may have arrived meanwhile."""
    if page.callback is None or not page.occasion.startswith(ESCALATING):
        return page.words
    subject, language, callback = subject_of(session, desk, page.callback), page.technician.language, page.callback
    if page.occasion.startswith("reminder") or callback.owner_id == page.technician_id:
        return messages.reminder(subject, page.code, language, now)
    return messages.page(subject, page.code, language, now, link, _done_before(session, desk, page, callback))


def _done_before(session: Session, desk: Desk, page: Page, callback: Callback) -> Words | None:
    if callback.owner is not None and callback.acknowledged_at is not None:
        return messages.taken_and_not_called(callback.owner.name, callback.acknowledged_at, desk.zone)
    earlier = (
        select(Technician.name)
        .join(Page, Page.technician_id == Technician.id)
        .where(Page.callback_id == callback.id, Page.state == "sent", Page.answer == "", Page.id < page.id)
        .where(Technician.id != page.technician_id)
        .group_by(Technician.id, Technician.name)
        .order_by(func.min(Page.id))
    )
    names = session.scalars(earlier).all()
    return messages.no_answer_from(names) if names else None


def add_page(
    session: Session,
    callback: Callback,
    technician_id: int,
    channel: str,
    occasion: str,
    words: str,
    now: datetime,
    code: str = "",
) -> Page:
    """Put a page into the outbox; it goes out after this transaction is committed."""
    page = Page(callback_id=callback.id, technician_id=technician_id, channel=channel, occasion=occasion, words=words)
    page.code, page.created_at, page.next_action_at, page.number = code, now, now, "first"
    session.add(page)
    return page


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
