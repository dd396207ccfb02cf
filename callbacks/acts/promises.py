"""Changes to what is promised: the priority, and waiting for the customer (policy: Priorities)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, WAITING_CHANGED
from callbacks.acts.holds import release_hold, waits_for_opening
from callbacks.customers.find import caller_of
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import PROMISED_AT_ANY_HOUR, CallbackState, PriorityLevel
from callbacks.db.tables import Callback, Contact, PriorityChange
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.sla_status import reaction_due_at
from callbacks.lifecycle.transitions import move_deadline, name_release, restart_escalation, review
from callbacks.lifecycle.waiting import is_waiting, open_wait, start_waiting
from callbacks.paging.closed_hours import counts_support_hours
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from sla.priorities import handled_as

TRIAL = "a trial or onboarding customer is always high priority"


@dataclass(frozen=True)
class SetPriority(Act):
    """Change the priority. If another policy applies to it, the escalation restarts with that one."""

    priority: PriorityLevel

    conflicts = ENDED | {EventKind.PRIORITY_CHANGED}

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if priority_of_caller(context.session, callback.contact, self.priority) is not self.priority:
            raise Refused(wording.trial_is_high(callback.reference))
        if self.priority is not callback.priority:
            change_priority(context.session, context.desk, callback, self.priority, context.by.name, context.now)
        return wording.priority_set(callback.reference, self.priority)


def priority_of_caller(session: Session, contact: Contact, priority: PriorityLevel) -> PriorityLevel:
    """Return the priority at which a call is handled: trial and onboarding customers are high (policy: Priorities)."""
    caller = caller_of(session, contact)
    return PriorityLevel(handled_as(priority.value, caller is not None and caller.customer.is_trial))


def raise_for_trial(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Raise the priority of an open callback whose customer turns out to be in a trial or onboarding."""
    priority = priority_of_caller(session, callback.contact, callback.priority)
    if callback.state is CallbackState.OPEN and priority is not callback.priority:
        change_priority(session, desk, callback, priority, Actor.DESK, now, f" ({TRIAL})")


def change_priority(
    session: Session, desk: Desk, callback: Callback, priority: PriorityLevel, actor: str, now: datetime, why: str = ""
) -> None:
    """Give a callback another priority, and with it other deadlines. The escalation restarts if its policy changes."""
    changed = f"{callback.priority.value} to {priority.value}{why}"
    record_event(session, callback.contact_sid, now, actor, EventKind.PRIORITY_CHANGED, changed)
    session.add(PriorityChange(callback_id=callback.id, at=now, priority=priority))
    callback.priority = priority
    if callback.release and priority is not PriorityLevel.P3:
        _name_release(session, callback, "", actor, now)
    review(callback, now)  # its retries, its resolution and its closing are other ones now
    policy = desk.policy_for(callback.contact.line, priority, callback.opened_at)
    if policy != callback.policy:
        restart_escalation(callback, policy, now)
    _move_deadline(session, desk, callback, now)
    if waits_for_opening(callback) and not counts_support_hours(desk, callback):
        release_hold(session, callback, actor, f"{priority.value} is answered at any hour", now)


def _move_deadline(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Move the deadline of the first reaction with the priority. What was said to a customer is never rewritten."""
    is_said = callback.origin in PROMISED_AT_ANY_HOUR or callback.promised_from is not None
    if is_said or callback.attempted_at is not None:
        return
    due_at = reaction_due_at(session, desk, support_hours(session, desk), callback, now)
    if due_at is not None:
        move_deadline(callback, due_at, now)


@dataclass(frozen=True)
class WaitForCustomer(Act):
    """Pause the resolution clock: the desk needs something from the customer first."""

    reason: str

    conflicts = ENDED | WAITING_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if callback.attempted_at is None:
            raise Refused(wording.NOT_TRIED_YET)
        if is_waiting(context.session, callback):
            raise Refused(wording.already_waiting(callback.reference))
        start_waiting(context.session, callback, context.now)
        review(callback, context.now)
        context.record(EventKind.WAITING_STARTED, self.reason)
        return wording.waiting(callback.reference)


@dataclass(frozen=True)
class EndWait(Act):
    """Resume the resolution clock: the customer answered."""

    states = frozenset(CallbackState)
    conflicts = ENDED | WAITING_CHANGED

    def apply(self, context: ActContext) -> Words:
        waiting = open_wait(context.session, context.callback)
        if waiting is None:
            raise Refused(wording.not_waiting(context.callback.reference))
        waiting.until = context.now
        review(context.callback, context.now)
        context.record(EventKind.WAITING_ENDED)
        return wording.wait_ended(context.callback.reference)


@dataclass(frozen=True)
class FixInRelease(Act):
    """Promise the fix of a P3 in a coming release, and no hour (policy: Priorities). "" takes that back."""

    release: str

    conflicts = ENDED | {EventKind.RELEASE_NAMED, EventKind.PRIORITY_CHANGED}

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if self.release and callback.priority is not PriorityLevel.P3:
            raise Refused(wording.only_p3_waits_for_a_release(callback.reference, callback.priority))
        _name_release(context.session, callback, self.release, context.by.name, context.now)
        return wording.release_named(callback.reference, self.release)


def _name_release(session: Session, callback: Callback, release: str, actor: str, now: datetime) -> None:
    name_release(callback, release, now)
    record_event(session, callback.contact_sid, now, actor, EventKind.RELEASE_NAMED, release or "no release")
