"""Escalate by hand: take the next step at once, or ask for a manager."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, TRIED
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind
from callbacks.db.tables import Technician
from callbacks.lifecycle.transitions import escalate_now
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.paging.notices import text_or_record_failure
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_with_customer
from callbacks.text.bilingual import Words


@dataclass(frozen=True)
class PageNow(Act):
    """Take the next step of the policy at once, unless an owner is on it."""

    roles = SUPERVISORS
    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if callback.owner is not None and not callback.resumed:
            raise Refused(wording.owner_is_on_it(callback.owner.name))
        context.record(EventKind.PAGE_REQUESTED)
        escalate_now(callback, context.now)
        return wording.paging_now(callback.reference)


@dataclass(frozen=True)
class RequestManager(Act):
    """Text the people on the highest layer, because the customer asks for a manager (policy: Lines)."""

    reason: str = ""

    conflicts = ENDED | {EventKind.MANAGER_REQUESTED}

    def apply(self, context: ActContext) -> Words:
        desk, layer = context.desk, context.desk.policy.layers[-1]
        by_themselves = context.by.technician.id if context.by.technician is not None else None
        roster = store.roster(context.session, desk, context.now)
        managers = [manager for manager in roster.on(layer) if manager.id != by_themselves]
        if not managers:
            raise Refused(wording.nobody_on(layer))
        why = f": {self.reason}" if self.reason else ""
        context.record(EventKind.MANAGER_REQUESTED, f"by {context.by.via.value}{why}")
        for manager in managers:
            self._text(context, context.session.get_one(Technician, manager.id))
        return wording.manager_texted(context.callback.reference)

    def _text(self, context: ActContext, manager: Technician) -> None:
        session, callback = context.session, context.callback
        code = code_for(session, callback, manager.id)
        subject = subject_with_customer(session, context.desk, callback, context.now)
        message = messages.manager_wanted(subject, code, self.reason)
        text_or_record_failure(session, callback, manager, PageKind.MANAGER, message, context.now, code)
