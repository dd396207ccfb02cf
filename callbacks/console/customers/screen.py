"""What the screens of customers and of one number show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from callbacks.console.callbacks.screen import Row, rows_of
from callbacks.customers.contacts import contact_in_words
from callbacks.customers.details import Details
from callbacks.customers.find import contacts_of, customer_with, label_of
from callbacks.customers.history import EarlierCall, last_calls, of_contacts
from callbacks.customers.store import details_of
from callbacks.db.states import CallbackState, ContactKind, CustomerMessageState
from callbacks.db.tables import Callback, Contact, Customer, CustomerMessage, NumberRule, ReceivedText
from callbacks.desk.desk_file import Desk
from callbacks.people.technicians import technician_with

CALLS_SHOWN, CLOSED_SHOWN, TEXTS_SHOWN = 30, 10, 30


@dataclass(frozen=True)
class ContactRow:
    id: int
    value: str
    words: str
    is_phone: bool


@dataclass(frozen=True)
class Records:
    """What is on record of some numbers, as far as the user may see it."""

    open: Sequence[Row]
    closed: Sequence[Row]  # the latest first
    calls: Sequence[EarlierCall]
    rules: Sequence[NumberRule]  # blocked or allowed, now or later


@dataclass(frozen=True)
class CustomerScreen:
    id: int
    label: str
    details: Details
    contacts: Sequence[ContactRow]
    records: Records


@dataclass(frozen=True)
class TextRow:
    """A text from or to a number."""

    at: datetime
    is_ours: bool
    words: str
    state: str  # of one of ours


@dataclass(frozen=True)
class NumberScreen:
    number: str
    words: str
    customer: Customer | None
    label: str
    technician: str  # whose number it is, if a technician's: their texts hold codes, and are not shown
    records: Records
    texts: Sequence[TextRow]


def customer_screen(
    session: Session, desk: Desk, customer: Customer, visible: ColumnElement[bool], now: datetime
) -> CustomerScreen:
    """Return one customer, with the callbacks and calls that are visible to the user."""
    return CustomerScreen(
        id=customer.id,
        label=label_of(customer),
        details=details_of(customer),
        contacts=[
            ContactRow(each.id, each.value, contact_in_words(each.value), each.kind is ContactKind.PHONE)
            for each in customer.contacts
        ],
        records=_records(session, desk, contacts_of(customer), visible, now),
    )


def number_screen(
    session: Session, desk: Desk, number: str, visible: ColumnElement[bool], now: datetime
) -> NumberScreen:
    """Return everything that is on record of a number (E.164), as far as it is visible to the user."""
    customer, technician = customer_with(session, number), technician_with(session, number)
    return NumberScreen(
        number=number,
        words=desk.dialing_rules.check(number).in_words.english,
        customer=customer,
        label=label_of(customer) if customer is not None else "",
        technician=technician.name if technician is not None else "",
        records=_records(session, desk, [number], visible, now),
        texts=_texts(session, number) if technician is None else [],
    )


def _records(
    session: Session, desk: Desk, contacts: Collection[str], visible: ColumnElement[bool], now: datetime
) -> Records:
    theirs = of_contacts(contacts) & visible
    query = select(Callback).join(Contact, Contact.sid == Callback.contact_sid).where(theirs)
    is_open = Callback.state == CallbackState.OPEN
    still_open = session.scalars(query.where(is_open).order_by(Callback.due_at, Callback.id)).unique().all()
    latest = query.where(~is_open).order_by(Callback.opened_at.desc(), Callback.id.desc()).limit(CLOSED_SHOWN)
    return Records(
        open=rows_of(session, desk, still_open, now),
        closed=rows_of(session, desk, session.scalars(latest).unique().all(), now),
        calls=last_calls(session, theirs, CALLS_SHOWN),
        rules=_rules(session, contacts, now),
    )


def _rules(session: Session, contacts: Collection[str], now: datetime) -> Sequence[NumberRule]:
    in_force = or_(NumberRule.ends_at.is_(None), NumberRule.ends_at > now)
    query = select(NumberRule).where(NumberRule.number.in_(contacts), in_force)
    return session.scalars(query.order_by(NumberRule.id)).all()


def _texts(session: Session, number: str) -> Sequence[TextRow]:
    received = select(ReceivedText).where(ReceivedText.sender == number).order_by(ReceivedText.at.desc())
    ours = select(CustomerMessage).where(CustomerMessage.address == number).order_by(CustomerMessage.created_at.desc())
    rows = [
        *(TextRow(each.at, False, each.words, "") for each in session.scalars(received.limit(TEXTS_SHOWN))),
        *(
            TextRow(each.created_at, True, each.words, _state(each))
            for each in session.scalars(ours.limit(TEXTS_SHOWN))
        ),
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:TEXTS_SHOWN]


def _state(message: CustomerMessage) -> str:
    return "" if message.state is CustomerMessageState.SENT else message.state.value
