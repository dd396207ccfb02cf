"""What is on record of a customer or a number: open callbacks and the last calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from callbacks.customers.find import contacts_of
from callbacks.db.states import CallbackState
from callbacks.db.tables import Call, Callback, Contact, Customer, JoinedContact

A_WEEK = timedelta(days=7)
CALLS_SHOWN = 5


@dataclass(frozen=True)
class EarlierCall:
    """One call of a customer, and the callback that it opened or joined."""

    call: Contact
    callback: Callback | None


@dataclass(frozen=True)
class History:
    """What happened with a customer before."""

    calls_this_week: int
    open: Sequence[Callback]
    calls: Sequence[EarlierCall]  # the last ones first


def of_contacts(contacts: Collection[str]) -> ColumnElement[bool]:
    """Return the condition for calls from these numbers, and for those that are called back on them."""
    return or_(Contact.caller.in_(contacts), Contact.customer_number.in_(contacts))


def open_callbacks_of(session: Session, customer: Customer) -> Sequence[Callback]:
    """Return the open callbacks of a customer, the most urgent first."""
    return _open(session, of_contacts(contacts_of(customer)))


def calls_this_week(session: Session, contacts: Collection[str], now: datetime) -> int:
    """Return how many calls came from these numbers in the last seven days."""
    query = select(func.count()).select_from(Call).where(of_contacts(contacts), Call.began_at > now - A_WEEK)
    return session.scalar(query) or 0


def history_of(session: Session, contacts: Collection[str], now: datetime, shown: int = CALLS_SHOWN) -> History:
    """Return what is on record of these numbers."""
    which = of_contacts(contacts)
    return History(calls_this_week(session, contacts, now), _open(session, which), last_calls(session, which, shown))


def last_calls(session: Session, which: ColumnElement[bool], shown: int) -> Sequence[EarlierCall]:
    """Return the last calls that match, the latest first."""
    query = select(Contact, Callback).outerjoin(JoinedContact, JoinedContact.contact_sid == Contact.sid)
    is_its = or_(Callback.contact_sid == Contact.sid, Callback.id == JoinedContact.callback_id)
    query = query.outerjoin(Callback, is_its & (Callback.state != CallbackState.JOINED)).where(which)
    found = session.execute(query.order_by(Contact.began_at.desc(), Contact.sid.desc()).limit(shown)).unique()
    return [EarlierCall(call, callback) for call, callback in found]


def _open(session: Session, which: ColumnElement[bool]) -> Sequence[Callback]:
    query = select(Callback).join(Callback.contact).options(contains_eager(Callback.contact))
    found = query.where(which, Callback.state == CallbackState.OPEN).order_by(Callback.due_at, Callback.id)
    return session.scalars(found).unique().all()
