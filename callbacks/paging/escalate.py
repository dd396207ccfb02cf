"""Applies the escalation policy: loads one callback, decides its next step, and stores the outcome, in one transaction.

Nothing is sent here: a page is a row first, and the outbox sends it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackOrigin, PageAnswer, PageKind
from callbacks.db.tables import Callback, Event, Page
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import Escalation
from callbacks.desk.mornings import next_morning
from callbacks.lifecycle.canary import BACK_WITHIN, under_way
from callbacks.lifecycle.transitions import (
    advance_escalation,
    awaits_attempt,
    is_looked_after,
    is_paged_each_morning,
    note_breach,
    note_reminders_given,
    waits_for_hold,
)
from callbacks.oncall import store
from callbacks.oncall.roster import Roster
from callbacks.oncall.schedule import Schedule
from callbacks.paging import messages, outages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.closed_hours import not_while_closed
from callbacks.paging.decide import Case, Decision, NewPage, next_step, people_of_step
from callbacks.paging.pages import next_round, put_in_outbox
from callbacks.paging.reasons import decision_event
from callbacks.people.canary import canary_recipient
from callbacks.people.technicians import person
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words

log = structlog.get_logger(__name__)


def take_next_step(session: Session, desk: Desk, callback: Callback, now: datetime) -> Decision:
    """Take the next step of an open callback, which the caller has locked, and return the decision.

    While it is held, there is none.
    """
    if waits_for_hold(callback, now):
        return Decision(None, callback.next_action_at or now, callback.position, callback.resumed)
    policy = desk.policy_named(callback.policy)
    plan, case = store.schedule(session, desk, now), _case(session, desk, callback, now)
    if callback.origin is CallbackOrigin.CANARY:
        decision = _page_of_canary(session, callback, policy, case, now)
    else:
        decision = next_step(policy, case, plan.roster(now), now)
    if decision.kind is PageKind.STEP and outages.steps_wait(session, callback, now):
        decision = _wait(session, desk, callback, case, decision, now)
    _record(session, desk, callback, plan, case, decision, now)
    if decision.kind is None and decision.notes and not decision.pages:
        _alert_nobody_to_page(session, desk, callback, now)
    round = next_round(callback)
    for page in outages.with_detours(decision.pages, outages.refused_channels(session, now)):
        put_in_outbox(session, callback, page, decision.kind or PageKind.STEP, round, now)
    at = not_while_closed(session, desk, callback, decision.next_action_at)
    advance_escalation(callback, decision.position, at, resumed=decision.resumed)
    if decision.kind is not None and callback.owner_id is not None:
        note_reminders_given(callback, now)
    return decision


def _page_of_canary(session: Session, callback: Callback, policy: Escalation, case: Case, now: datetime) -> Decision:
    """Return the first step of the policy as if the recipient of the canary were on every layer; then nothing more."""
    later, who = now + BACK_WITHIN, canary_recipient(session)
    if callback.decisions or who is None or under_way(session, now) is None:
        return Decision(None, later, callback.position, callback.resumed)
    decision = next_step(policy, case, Roster(dict.fromkeys(policy.layers, (who,)), (who,)), now)
    return replace(decision, pages=decision.pages[:1], next_action_at=later)


def _wait(session: Session, desk: Desk, callback: Callback, case: Case, decision: Decision, now: datetime) -> Decision:
    """Return the decision to wait, because nothing can be sent. The deadline does not: supervisors hear, by mail."""
    is_late = decision.breach
    words = messages.nothing_can_be_sent(callback.reference, is_late=is_late)
    once = f"{callback.reference} waits{' and is late' if is_late else ''}"
    alert_supervisors(session, desk, once, words, now, may_wait=False)
    return replace(decision, kind=None, pages=(), notes=(), taken=None, position=case.position,
                   resumed=case.resumed, next_action_at=now + outages.TRIED_EVERY)  # fmt: skip


def _record(
    session: Session, desk: Desk, callback: Callback, plan: Schedule, case: Case, decision: Decision, now: datetime
) -> None:
    """Log what was decided and why. The rota may change afterwards; the reason stays."""

    def record(kind: EventKind, detail: str, step: int | None = None) -> None:
        record_event(session, callback.contact_sid, now, Actor.DESK, kind, detail, step=step)

    for note in decision.notes:
        record(EventKind.STEP_SKIPPED, note)
    if decision.breach and awaits_attempt(callback) and note_breach(callback):
        record(EventKind.BREACHED, "Nobody had tried to reach the customer in time.")
    if decision.resumed and not callback.resumed:
        owner = callback.owner.name if callback.owner else ""
        record(EventKind.ESCALATION_RESUMED, f"{owner} took it, but no attempt is on record." if owner else "")
    if decision.kind is not None:
        kind, step, reason = decision_event(desk, callback.policy, plan, case, decision, now)
        record(kind, reason, step)


def forecast(session: Session, desk: Desk, callback: Callback, plan: Schedule) -> Decision | None:
    """Return the next decision if nobody acts, by the rota as it is now, or None if there is none to come.

    After an attempt, an owner is asked for the next one instead: see `callbacks.paging.follow_up`.
    """
    at = callback.next_action_at
    if at is None or is_looked_after(callback):
        return None
    policy = desk.policy_named(callback.policy)
    return next_step(policy, _case(session, desk, callback, at), plan.roster(at), at)


def _alert_nobody_to_page(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Alert supervisors once for each callback, and log an error at every try, which is each minute."""
    log.error("nobody can be paged: no technician has a verified number", callback=callback.reference)
    english = f"nobody can be paged for {callback.reference}. Add a technician with a verified number at once."
    french = f"personne à aviser pour {callback.reference}. Ajoutez tout de suite un technicien au numéro vérifié."
    alert_supervisors(session, desk, f"nobody for {callback.reference}", Words(english, french), now)


def _case(session: Session, desk: Desk, callback: Callback, now: datetime) -> Case:
    policy = desk.policy_named(callback.policy)
    paged = select(Page.technician_id).where(Page.callback_id == callback.id)
    since, held_until = callback.escalating_since, callback.held_until
    if since is not None and held_until is not None:
        since = max(since, held_until)
    return Case(
        opened_at=since or max(callback.opened_at, held_until or callback.opened_at),
        due_at=since + policy.promise if since else callback.due_at,
        position=callback.position,
        next_action_at=callback.next_action_at or callback.opened_at,
        owner=person(callback.owner) if callback.owner else None,
        acknowledged_at=_on_it_since(session, callback),
        acted_at=callback.acted_at,
        resumed=callback.resumed,
        passed=frozenset(session.scalars(paged.where(Page.answer == PageAnswer.PASSED))),
        passed_over=frozenset(session.scalars(paged.where(Page.answer == PageAnswer.PASSED_OVER))),
        paged=frozenset(session.scalars(paged)),
        mornings=_mornings(desk, callback, now),
    )


def _on_it_since(session: Session, callback: Callback) -> datetime | None:
    """Return since when the owner has to try the customer: since a reply of theirs came back, if that was later."""
    withdrawn = select(func.max(Event.at)).where(Event.contact_sid == callback.contact_sid)
    withdrawn_at = session.scalar(withdrawn.where(Event.kind == EventKind.ATTEMPT_WITHDRAWN))
    taken_at = callback.acknowledged_at
    return max(taken_at, withdrawn_at) if taken_at is not None and withdrawn_at is not None else taken_at


def _mornings(desk: Desk, callback: Callback, now: datetime) -> tuple[datetime, ...]:
    if not is_paged_each_morning(callback):
        return ()
    heard_at = callback.acted_at or callback.acknowledged_at or now
    return next_morning(desk, heard_at), next_morning(desk, now)


def page_another_way(session: Session, desk: Desk, page: Page, now: datetime) -> bool:
    """Page the same person by a method not tried yet, after a page failed, and return whether there is one.

    Not if the next step pages them anyway, nor if somebody has it, unless it is the owner who is asked to try again.
    """
    callback, asks_owner = page.callback, page.kind is PageKind.TRY_AGAIN
    if callback is None or (callback.owner_id is not None and not asks_owner):
        return False
    roster = store.roster(session, desk, now)
    who = next((each for each in roster.people if each.id == page.technician_id), None)
    if who is None:
        return False
    policy, case = desk.policy_named(callback.policy), _case(session, desk, callback, now)
    is_paged_next = not case.mornings and who.id in people_of_step(policy, case, roster, callback.position)
    if is_paged_next and not asks_owner:
        return False
    theirs = select(Page.channel, Page.number).where(Page.callback_id == callback.id, Page.technician_id == who.id)
    theirs = theirs.where(Page.kind == page.kind, Page.round == page.round) if asks_owner else theirs
    tried = {(channel, number) for channel, number in session.execute(theirs)}
    way = next((way for way in who.contact_methods if (way.channel, way.number) not in tried), None)
    if way is not None:
        put_in_outbox(session, callback, NewPage(who, way.channel, way.number), page.kind, page.round, now)
    return way is not None
