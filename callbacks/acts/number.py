"""The number to call the customer on. A wrong or fraudulent one must never be called."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.acts.conflicts import ENDED, NUMBER_CHANGED
from callbacks.db.event_kinds import EventKind
from callbacks.records.search import index_words
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number
from callbacks.text.phone_numbers import check_number, check_written_number


@dataclass(frozen=True)
class SetNumber(Act):
    """Enter another number for the customer, such as one from the message, in any notation.

    A risky number needs a supervisor, whose name is recorded with it.
    """

    number: str

    conflicts = ENDED | NUMBER_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, verdict = context.callback, check_written_number(self.number)
        if verdict.number is None:
            raise Refused(wording.cannot_be_called(repr(self.number), verdict.why))
        if verdict.needs_consent and context.by.role not in SUPERVISORS:
            raise Refused(wording.supervisor_must_enter(readable_number(verdict.number), verdict.why))
        callback.call.customer_number = verdict.number
        callback.consented_by = context.by.name if verdict.needs_consent else None
        context.record(EventKind.NUMBER_CHANGED, readable_number(verdict.number))
        index_words(context.session, callback, verdict.number)
        return wording.number_saved(callback.reference)


@dataclass(frozen=True)
class Consent(Act):
    """Allow the caller's risky number to be called. The supervisor's name is recorded with it."""

    roles = SUPERVISORS
    conflicts = ENDED | NUMBER_CHANGED | {EventKind.CONSENTED}

    def apply(self, context: ActContext) -> Words:
        callback, verdict = context.callback, check_number(context.callback.call.caller)
        if verdict.number is None:
            raise Refused(wording.cannot_be_called(callback.call.caller, verdict.why))
        callback.call.customer_number, callback.consented_by = verdict.number, context.by.name
        detail = f"{verdict.number} ({verdict.why or 'an ordinary number'}) may be called"
        context.record(EventKind.CONSENTED, detail)
        return wording.consented(callback.reference)
