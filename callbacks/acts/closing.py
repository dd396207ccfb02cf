"""End a callback without a call, or reopen one. All need a reason."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.acts import wording
from callbacks.acts.attempts import record_attempt
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, NUMBER_CHANGED, TRIED
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptProof, CallbackState, PageKind, ReachOutcome
from callbacks.db.tables import Technician
from callbacks.desk.customer_number import can_be_mailed, customer_number
from callbacks.lifecycle.transitions import Change, change_state, is_held_by_another
from callbacks.paging import messages
from callbacks.paging.notices import notify_of_end, text_or_record_failure
from callbacks.paging.pages import cancel_waiting, code_for
from callbacks.paging.receipts import tell_of_cancelling
from callbacks.paging.subject import subject_of
from callbacks.text.bilingual import Words


@dataclass(frozen=True)
class Cancel(Act):
    """Close a callback because no call is needed. The owner, or everyone paged, reads the reason."""

    reason: str

    roles = SUPERVISORS
    conflicts = TRIED

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if not self.reason:
            raise Refused(wording.REASON_TO_CANCEL)
        change_state(callback, Change.CANCEL, context.now)
        context.record(EventKind.CANCELLED, self.reason)
        cancel_waiting(context.session, callback)
        notify_of_end(
            context.session, context.desk, callback, wording.HAS_CANCELLED, context.by.name, self.reason, context.now
        )
        tell_of_cancelling(context.session, context.desk, callback, context.now)
        return wording.cancelled(callback.reference)


@dataclass(frozen=True)
class CloseUnreachable(Act):
    """Close a callback whose customer nobody can call: the message was heard, and the reason is written down.

    That is what can be done where there is no number, and it is counted apart (policy: After hours).
    """

    reason: str

    conflicts = TRIED | NUMBER_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, technician = context.callback, self._who_heard_it(context)
        if not customer_number(context.desk, callback).is_missing:
            raise Refused(wording.has_a_number(context.desk, callback, context.by.code))
        if can_be_mailed(callback):
            raise Refused(wording.answer_by_mail(callback.reference))
        if not self.reason:
            raise Refused(wording.reason_to_close(context.by.code))
        if technician is not None:
            record_attempt(
                context.session,
                callback,
                technician,
                ReachOutcome.NOBODY_TO_CALL,
                context.by.label,
                context.now,
                AttemptProof.NO_NUMBER,
            )
        change_state(callback, Change.CLOSE_UNREACHABLE, context.now)
        context.record(EventKind.CLOSED_UNREACHABLE, self.reason)
        notify_of_end(
            context.session, context.desk, callback, wording.HAS_CLOSED, context.by.name, self.reason, context.now
        )
        return wording.closed_unreachable(callback.reference)

    def _who_heard_it(self, context: ActContext) -> Technician | None:
        """Return whose work it was; None for a supervisor where nobody is the owner. Raise Refused for a non-owner."""
        if not context.acts_for_themselves:
            return context.callback.owner or context.by.technician
        technician = context.acting_technician()
        if is_held_by_another(context.callback, technician):
            raise Refused(wording.owned_by_another(context.callback))
        return technician


@dataclass(frozen=True)
class Reopen(Act):
    """Open a closed callback again. The owner keeps it and gets a text; one that nobody tried escalates."""

    reason: str

    roles = SUPERVISORS
    states = frozenset(CallbackState) - {CallbackState.OPEN, CallbackState.JOINED}
    conflicts = ENDED

    def apply(self, context: ActContext) -> Words:
        if not self.reason:
            raise Refused(wording.REASON_TO_REOPEN)
        change_state(context.callback, Change.REOPEN, context.now)
        context.record(EventKind.REOPENED, self.reason)
        self._text_the_owner(context)
        return wording.reopened(context.callback.reference)

    def _text_the_owner(self, context: ActContext) -> None:
        session, callback, owner = context.session, context.callback, context.callback.owner
        if owner is None or owner.left_at is not None:
            return
        code, subject = code_for(session, callback, owner.id), subject_of(context.desk, callback)
        message = messages.reopened(subject, code, context.by.name, self.reason)
        text_or_record_failure(session, callback, owner, PageKind.REOPENED, message, context.now, code)
