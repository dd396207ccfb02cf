"""Who owns a callback: take it, assign it to someone, or pass it back to the escalation."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.acts.conflicts import OWNER_CHANGED, TRIED
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageAnswer, PageKind
from callbacks.db.tables import Technician
from callbacks.lifecycle.transitions import give_back, is_held_by_another, note_reaction, owns, set_owner
from callbacks.paging import messages
from callbacks.paging.escalate import take_next_step
from callbacks.paging.notices import notify_others_of_owner, text_or_record_failure
from callbacks.paging.pages import cancel_waiting, code_for, mark_answer
from callbacks.paging.subject import subject_of
from callbacks.text.bilingual import Words


@dataclass(frozen=True)
class Take(Act):
    """Make the requester the owner. For the owner nothing changes."""

    from_owner: bool = False
    """Take it from another owner: for the console, which shows who that is."""

    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        take(context, from_owner=self.from_owner)
        return wording.taken(context.desk, context.callback, context.by.code, context.now)


def take(context: ActContext, *, from_owner: bool = False) -> Technician:
    """Make the requester the owner and return them. Raise Refused when someone else is.

    Once escalation has resumed above an owner, anyone can take the callback from them.
    """
    callback, technician = context.callback, context.acting_technician()
    if owns(callback, technician):
        note_reaction(callback, context.now)
        return technician
    if is_held_by_another(callback, technician) and not from_owner:
        raise Refused(wording.owned_by_another(callback))
    set_owner(context.session, callback, technician, context.now)
    context.record(EventKind.TAKEN, f"by {context.by.label}", technician.name)
    mark_answer(context.session, callback, technician, PageAnswer.TAKEN)
    _hand_over(context, technician)
    return technician


@dataclass(frozen=True)
class Assign(Act):
    """Make a technician the owner in place of any other, and text them."""

    technician: Technician

    roles = SUPERVISORS
    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        session, desk, callback, technician = context.session, context.desk, context.callback, self.technician
        if technician.left_at is not None:
            raise Refused(wording.left(technician.name))
        set_owner(session, callback, technician, context.now)
        context.record(EventKind.ASSIGNED, f"to {technician.name}")
        code, subject = code_for(session, callback, technician.id), subject_of(desk, callback)
        message = messages.given(subject, code, context.by.name, context.now)
        text_or_record_failure(session, callback, technician, PageKind.GIVEN, message, context.now, code)
        _hand_over(context, technician)
        return wording.assigned(callback.reference, technician.name)


def _hand_over(context: ActContext, technician: Technician) -> None:
    """Inform the others who were paged, and schedule the new owner's reminders."""
    notify_others_of_owner(context.session, context.desk, context.callback, technician, context.now)
    if context.callback.attempted_at is None:
        take_next_step(context.session, context.desk, context.callback, context.now)


@dataclass(frozen=True)
class Pass(Act):
    """Give it back, or decline it: the next step of the policy is taken at once."""

    conflicts = OWNER_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, technician = context.callback, context.acting_technician()
        if callback.owner_id not in (None, technician.id):
            raise Refused(wording.owned_by_another(callback))
        give_back(context.session, callback, context.now)
        context.record(EventKind.PASSED, f"by {context.by.via.value}", technician.name)
        mark_answer(context.session, callback, technician, PageAnswer.PASSED)
        cancel_waiting(context.session, callback, technician.id)
        return wording.passed(callback.reference)
