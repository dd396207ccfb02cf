"""Changes to what is promised: the priority, and waiting for the customer (policy: Priorities)."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, WAITING_CHANGED
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackOrigin, CallbackState, PriorityLevel
from callbacks.db.tables import PriorityChange
from callbacks.desk.business_hours import support_hours
from callbacks.lifecycle.sla_status import reaction_due_at
from callbacks.lifecycle.transitions import move_deadline, name_release, restart_escalation, review
from callbacks.lifecycle.waiting import is_waiting, open_wait, start_waiting
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
            if callback.release and self.priority is not PriorityLevel.P3:
                name_release(callback, "", now)
                context.record(EventKind.RELEASE_NAMED, "no release")
            review(callback, now)  # its retries, its resolution and its closing are other ones now
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
        name_release(callback, self.release, context.now)
        context.record(EventKind.RELEASE_NAMED, self.release or "no release")
        return wording.release_named(callback.reference, self.release)
