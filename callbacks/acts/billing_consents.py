"""The customer's consent to billable work: recorded, and withdrawn (policy: Coverage)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, ConsentWay
from callbacks.db.tables import BillingConsent
from callbacks.records.work import consent_at, in_hours, work_of
from callbacks.text.bilingual import Words

LONGEST_NAME = 100
MOST_MINUTES = 60_000  # a thousand hours
CHANGED = frozenset({EventKind.BILLING_CONSENTED, EventKind.BILLING_CONSENT_WITHDRAWN})


@dataclass(frozen=True)
class RecordBillingConsent(Act):
    """Record that the customer agreed to billable work. A later consent replaces an earlier one."""

    given_by: str
    """A person at the customer's."""
    way: ConsentWay
    scope: str
    """What was agreed, in words."""
    minutes: int | None = None
    """The most that may be billed for the callback in all; None for no limit."""
    given_at: datetime | None = None
    """When the customer agreed; None for now."""

    states = frozenset(CallbackState)
    conflicts = CHANGED

    def apply(self, context: ActContext) -> Words:
        callback, given_at = context.callback, self.given_at or context.now
        if not self.given_by or not self.scope:
            raise Refused(wording.WHO_CONSENTED_TO_WHAT)
        if given_at > context.now:
            raise Refused(wording.CONSENT_IN_THE_FUTURE)
        if self.minutes is not None and not 1 <= self.minutes <= MOST_MINUTES:
            raise Refused(wording.NOT_A_LIMIT)
        consent = BillingConsent(
            callback_id=callback.id,
            given_by=self.given_by[:LONGEST_NAME],
            way=self.way,
            given_at=given_at,
            scope=self.scope,
            minutes=self.minutes,
            recorded_by=context.by.name,
            recorded_at=context.now,
        )
        context.session.add(consent)
        limit = f", at most {in_hours(self.minutes)}" if self.minutes is not None else ""
        local = f"{given_at.astimezone(context.desk.zone):%Y-%m-%d %H:%M}"
        detail = f"{consent.given_by} by {self.way.value}, {local}{limit}: {self.scope}"
        context.record(EventKind.BILLING_CONSENTED, detail)
        return wording.billing_consented(callback.reference)


@dataclass(frozen=True)
class WithdrawBillingConsent(Act):
    """Record that the customer withdrew the consent. Work that began before stays billable."""

    states = frozenset(CallbackState)
    conflicts = CHANGED

    def apply(self, context: ActContext) -> Words:
        consents = work_of(context.session, context.callback).consents
        if consent_at(consents, context.now) is None:
            raise Refused(wording.no_billing_consent(context.callback.reference))
        for consent in consents:
            consent.withdrawn_at = consent.withdrawn_at or context.now
        context.record(EventKind.BILLING_CONSENT_WITHDRAWN)
        return wording.billing_consent_withdrawn(context.callback.reference)
