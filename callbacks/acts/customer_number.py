"""The number to call the customer on. A wrong or fraudulent one must never be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused, Requester, Via
from callbacks.acts.conflicts import ENDED, NUMBER_CHANGED
from callbacks.acts.customers import apply_customer_record
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Role
from callbacks.db.tables import Callback, Technician, User
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import SUPERVISOR
from callbacks.oncall import store
from callbacks.paging.consent import notify_of_consent, was_asked
from callbacks.people.technicians import technician_with
from callbacks.records.search import index_words
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck, NumberKind, with_extension

CONSENT_CHANGED = frozenset({EventKind.CONSENTED, EventKind.CONSENT_REFUSED})


def decides_about_numbers(
    session: Session, desk: Desk, callback: Callback, technician: Technician, now: datetime
) -> bool:
    """Return whether a technician may consent: a supervisor, somebody on the highest layer, or who was asked to."""
    supervising = select(User.id).where(User.technician_id == technician.id, User.role.in_(SUPERVISORS))
    layers = desk.policy.layers
    highest = (SUPERVISOR, layers[-1]) if len(layers) > 1 else (SUPERVISOR,)
    on_call = store.roster(session, desk, now).layers_of(technician.id)
    return (
        was_asked(session, callback, technician)
        or any(layer in highest for layer in on_call)
        or session.scalar(supervising) is not None
    )


def deciding_by(
    session: Session, desk: Desk, callback: Callback, technician: Technician, via: Via, now: datetime
) -> Requester:
    """Return the requester for a technician who decides about a number by text or link."""
    decides = decides_about_numbers(session, desk, callback, technician, now)
    role = Role.SUPERVISOR if decides else Role.TECHNICIAN
    return Requester(technician.name, via, role, technician)


@dataclass(frozen=True)
class SetNumber(Act):
    """Enter another number for the customer, such as one from the message, in any notation, with its extension.

    A risky number needs a supervisor, whose name is recorded with it. A technician's own is refused: their phone would
    ring, and the promise to the customer would count as kept.
    """

    number: str

    conflicts = ENDED | NUMBER_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, check = context.callback, context.desk.dialing_rules.check_written(self.number)
        _refuse_unless_allowed(context, self.number, check)
        callback.contact.customer_number, callback.contact.extension = check.number, check.extension
        callback.consented_by = context.by.name if check.needs_consent else None
        context.record(EventKind.NUMBER_CHANGED, with_extension(check.given, check.extension).english)
        index_words(context.session, callback, check.given)
        apply_customer_record(context.session, context.desk, callback, context.now)
        return wording.number_saved(callback.reference)


def _refuse_unless_allowed(context: ActContext, written: str, check: NumberCheck) -> None:
    if check.kind is NumberKind.OWN:
        raise Refused(wording.own_number(check.given))
    if check.number is None:
        raise Refused(wording.cannot_be_called(repr(written), check.why))
    colleague = technician_with(context.session, check.number)
    if colleague is not None and check.number != context.callback.contact.caller:
        raise Refused(wording.technicians_number(check.number, colleague.name))
    if check.needs_consent and context.by.role not in SUPERVISORS:
        raise Refused(wording.supervisor_must_enter(check))


@dataclass(frozen=True)
class Consent(Act):
    """Allow the caller's risky number to be called. The supervisor's name is recorded with it."""

    roles = SUPERVISORS
    conflicts = ENDED | NUMBER_CHANGED | CONSENT_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, check = context.callback, _undecided(context)
        callback.contact.customer_number, callback.contact.extension = check.number, ""
        callback.consented_by, callback.consent_refused_by = context.by.name, None
        context.record(EventKind.CONSENTED, f"{check.number} ({check.why.english}) may be called")
        _notify(context, allowed=True)
        return wording.consented(callback.reference)


@dataclass(frozen=True)
class RefuseConsent(Act):
    """Refuse calls to the caller's risky number. The callback is then one without a number."""

    roles = SUPERVISORS
    conflicts = ENDED | NUMBER_CHANGED | CONSENT_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, check = context.callback, _undecided(context)
        if callback.consent_refused_by is not None:
            raise Refused(wording.consent_refused_already(callback.reference, callback.consent_refused_by))
        callback.consent_refused_by = context.by.name
        context.record(EventKind.CONSENT_REFUSED, f"{check.number} ({check.why.english}) may not be called")
        _notify(context, allowed=False)
        return wording.consent_refused(callback.reference)


def _undecided(context: ActContext) -> NumberCheck:
    """Return the caller's number, which needs a decision. Raise Refused when there is nothing to decide."""
    callback, customer = context.callback, customer_number(context.desk, context.callback)
    if customer.caller.number is None:
        raise Refused(wording.cannot_be_called(callback.contact.caller, customer.caller.why))
    if customer.number is not None:
        raise Refused(wording.number_known(callback.reference, customer.in_words, callback.consented_by))
    if not customer.waits_for_consent and callback.consent_refused_by is None:
        raise Refused(wording.was_wrong_number(callback.reference))
    return customer.caller


def _notify(context: ActContext, *, allowed: bool) -> None:
    technician_id = context.by.technician.id if context.by.technician is not None else None
    notify_of_consent(
        context.session, context.desk, context.callback, context.by.name, technician_id, context.now, allowed=allowed
    )
