"""The customer's consent to billable work, given by somebody, somehow, at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.acts import wording
from callbacks.acts.billing_consents import RecordBillingConsent, WithdrawBillingConsent
from callbacks.acts.details import AddNote, SetProduct
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ConsentWay
from callbacks.db.tables import BillingConsent
from callbacks.records.work import lacks_consent
from callbacks.text.bilingual import Words
from tests.callbacks.acts.night import NOW, Night

MINUTE = timedelta(minutes=1)
PHONE = ConsentWay.PHONE


def test_who_how_when_and_what_are_on_record(night: Night) -> None:
    at = NOW - 5 * MINUTE
    answer = night.amy_does(RecordBillingConsent("Bob Martin", PHONE, "the migration", 120, at))
    assert answer == wording.billing_consented(night.callback.reference)
    consent = night.session.scalars(select(BillingConsent)).one()
    assert (consent.given_by, consent.way, consent.given_at, consent.scope) == (
        "Bob Martin",
        PHONE,
        at,
        "the migration",
    )
    assert (consent.minutes, consent.recorded_by, consent.recorded_at) == (120, "Amy Roy", NOW)
    (logged,) = night.events(EventKind.BILLING_CONSENTED)
    assert logged[2] == "Bob Martin by phone, 2026-11-28 22:08, at most 2 h 00 min: the migration"


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (RecordBillingConsent("", PHONE, "the migration"), wording.WHO_CONSENTED_TO_WHAT),
        (RecordBillingConsent("Bob", PHONE, ""), wording.WHO_CONSENTED_TO_WHAT),
        (RecordBillingConsent("Bob", PHONE, "x", given_at=NOW + MINUTE), wording.CONSENT_IN_THE_FUTURE),
        (RecordBillingConsent("Bob", PHONE, "x", 0), wording.NOT_A_LIMIT),
        (RecordBillingConsent("Bob", PHONE, "x", 60_001), wording.NOT_A_LIMIT),
    ],
)
def test_what_is_no_consent(night: Night, act: RecordBillingConsent, why: Words) -> None:
    assert night.refusal(act, night.by(night.amy)) == why


def test_a_withdrawn_consent_covers_what_began_before(night: Night) -> None:
    night.amy_does(SetProduct("server upgrades and migrations"))
    assert lacks_consent(night.session, night.callback, NOW)
    night.amy_does(RecordBillingConsent("Bob", PHONE, "the migration"))
    night.session.flush()
    assert not lacks_consent(night.session, night.callback, NOW)
    night.now = NOW + 30 * MINUTE
    night.amy_does(WithdrawBillingConsent())
    assert lacks_consent(night.session, night.callback, night.now)
    night.now = NOW + 40 * MINUTE
    night.amy_does(AddNote("what was begun", 20))
    assert night.refusal(AddNote("and more", 10), night.by(night.amy)) == wording.work_needs_consent(
        night.callback.reference
    )


def test_only_a_consent_can_be_withdrawn(night: Night) -> None:
    refused = wording.no_billing_consent(night.callback.reference)
    assert night.refusal(WithdrawBillingConsent(), night.by(night.amy)) == refused
    night.amy_does(RecordBillingConsent("Bob", PHONE, "the migration"))
    night.now = NOW + MINUTE
    night.amy_does(WithdrawBillingConsent())
    assert night.refusal(WithdrawBillingConsent(), night.by(night.amy)) == refused
