"""Escalate by hand: take the next step at once, or ask for a manager."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, TRIED
from callbacks.acts.holds import release_hold
from callbacks.db.event_kinds import EventKind
from callbacks.lifecycle.transitions import escalate_now
from callbacks.paging.managers import page_managers
from callbacks.text.bilingual import Words


@dataclass(frozen=True)
class PageNow(Act):
    """Take the next step of the policy at once, held or not, unless an owner is on it."""

    roles = SUPERVISORS
    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if callback.owner is not None and not callback.resumed:
            raise Refused(wording.owner_is_on_it(callback.owner.name))
        context.record(EventKind.PAGE_REQUESTED)
        release_hold(context.session, callback, context.by.name, "asked to page now", context.now)
        escalate_now(callback, context.now)
        return wording.paging_now(callback.reference)


@dataclass(frozen=True)
class RequestManager(Act):
    """Text the people on the highest layer, else the supervisors: the customer asks for a manager (policy: Lines)."""

    reason: str = ""

    conflicts = ENDED | {EventKind.MANAGER_REQUESTED}

    def apply(self, context: ActContext) -> Words:
        desk, by_themselves = context.desk, context.by.technician
        asked = page_managers(
            context.session, desk, context.callback, self.reason, context.now,
            without=by_themselves.id if by_themselves is not None else None,
        )  # fmt: skip
        if not asked:
            raise Refused(wording.nobody_on(desk.policy.layers[-1]))
        why = f": {self.reason}" if self.reason else ""
        context.record(EventKind.MANAGER_REQUESTED, f"by {context.by.via.value}{why}")
        return wording.manager_texted(context.callback.reference)
