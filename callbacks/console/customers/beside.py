"""What is shown beside a callback: whose number it is, as far as we know, and what happened with them before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.customers.details import products_in
from callbacks.customers.find import KnownCaller, caller_of, contacts_of
from callbacks.customers.history import EarlierCall, history_of
from callbacks.db.tables import Callback, Customer


@dataclass(frozen=True)
class Beside:
    """The customer of a callback, or only the number of somebody we do not know, and their history."""

    caller: KnownCaller | None
    products: Sequence[str]
    calls_this_week: int
    other_open: Sequence[Callback]
    earlier: Sequence[EarlierCall]  # the last calls that are not of this callback, the latest first

    @property
    def customer(self) -> Customer | None:
        return self.caller.customer if self.caller is not None else None


def beside(session: Session, callback: Callback, now: datetime) -> Beside:
    """Return what is known of the caller of a callback. Nothing is, of a caller without a number."""
    call, caller = callback.contact, caller_of(session, callback.contact)
    number = call.customer_number or (call.caller if call.caller.startswith("+") else None)
    contacts = contacts_of(caller.customer) if caller is not None else [number] if number else []
    history = history_of(session, contacts, now)
    return Beside(
        caller=caller,
        products=products_in(caller.customer.products) if caller is not None else (),
        calls_this_week=history.calls_this_week,
        other_open=[each for each in history.open if each.id != callback.id],
        earlier=[each for each in history.calls if each.callback is None or each.callback.id != callback.id],
    )
