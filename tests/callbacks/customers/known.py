"""Customers for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from callbacks.customers.contacts import Contact, contact_in
from callbacks.customers.details import Details
from callbacks.customers.store import add_customer
from callbacks.db.states import CallOutcome
from callbacks.db.tables import Call, Customer
from callbacks.text.dialing_rules import DEFAULT_RULES

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
JANE = Details("Jane Roy", "Acme", "fr", products=("modusMail",), notes="Gold contract")
PHONE, OTHER, MAIL = "+15145550199", "+15145550188", "jane@acme.test"


def contacts(*written: str) -> list[Contact]:
    return [contact_in(each, DEFAULT_RULES) for each in written]


def add(session: Session, details: Details = JANE, *written: str) -> Customer:
    return add_customer(session, details, contacts(*(written or (PHONE,))), NOW)


def call(session: Session, sid: str, caller: str, began_at: datetime = NOW, attestation: str = "") -> Call:
    row = Call(sid=sid, line="direct", caller=caller, began_at=began_at, is_open=False, attestation=attestation)
    row.outcome = CallOutcome.VOICEMAIL
    session.add(row)
    session.flush()
    return row
