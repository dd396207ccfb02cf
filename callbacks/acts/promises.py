"""Changes to what is promised: the priority, and waiting for the customer (policy: Priorities)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, WAITING_CHANGED
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackOrigin, CallbackState, PriorityLevel
from callbacks.db.tables import Callback, PriorityChange, Waiting
from callbacks.desk.business_hours import support_hours
from callbacks.lifecycle.sla_status import reaction_due_at
from callbacks.lifecycle.transitions import move_deadline, restart_escalation, review_closing
from callbacks.text.bilingual import Words


@dataclass(frozen=True)
class SetPriority(Act):
    """Change the priority. If another policy applies to it, the escalation restarts with that one."""

    priority: PriorityLevel

    conflicts = ENDED | {EventKind.PRIORITY_CHANGED}

    def apply(self, context: ActContext) -> Words:
        callback, now = context.callback, context.now
        if self.priority is not callback.priority:
            context.record(EventKind.PRIORITY_CHANGED, f"{callback.priority.value} to {self.priority.value}")
            context.session.add(PriorityChange(callback_id=callback.id, at=now, priority=self.priority))
            callback.priority = self.priority
            review_closing(callback, now)  # some priorities never close by themselves
            policy = context.desk.policy_for(callback.call.line, self.priority, callback.opened_at)
            if policy != callback.policy:
                restart_escalation(callback, policy, now)
            _move_deadline(context)
        return wording.priority_set(callback.reference, self.priority)


def _move_deadline(context: ActContext) -> None:
    """Move the deadline of the first reaction with the priority. What was spoken to a caller is never rewritten."""
    session, desk, callback = context.session, context.desk, context.callback
    if callback.origin is CallbackOrigin.VOICEMAIL or callback.attempted_at is not None:
        return
    due_at = reaction_due_at(session, desk, support_hours(session, desk), callback, context.now)
    if due_at is not None:
        move_deadline(callback, due_at, context.now)


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
        context.session.add(Waiting(callback_id=callback.id, since=context.now))
        context.record(EventKind.WAITING_STARTED, self.reason)
        return wording.waiting(callback.reference)


@dataclass(frozen=True)
class EndWait(Act):
    """Resume the resolution clock: the customer answered."""

    states = frozenset(CallbackState)
    conflicts = ENDED | WAITING_CHANGED

    def apply(self, context: ActContext) -> Words:
        waiting = _open_wait(context.session, context.callback)
        if waiting is None:
            raise Refused(wording.not_waiting(context.callback.reference))
        waiting.until = context.now
        context.record(EventKind.WAITING_ENDED)
        return wording.wait_ended(context.callback.reference)


def is_waiting(session: Session, callback: Callback) -> bool:
    """Return whether the desk waits for the customer, so that the resolution clock is paused."""
    return _open_wait(session, callback) is not None


def _open_wait(session: Session, callback: Callback) -> Waiting | None:
    return session.scalars(select(Waiting).where(Waiting.callback_id == callback.id, Waiting.until.is_(None))).first()
