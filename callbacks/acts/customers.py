"""What people do to the records of customers, and what follows for their open callbacks.

The audit log says who changed which customer and which fields, but holds no name, number or note: it can never be
changed, and a customer may have to be forgotten.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts.promises import raise_for_trial
from callbacks.customers import store
from callbacks.customers.contacts import Contact, contact_of
from callbacks.customers.csv_file import Row
from callbacks.customers.details import Details
from callbacks.customers.find import caller_of, customer_numbered, label_of
from callbacks.customers.history import open_callbacks_of
from callbacks.db.database import Database, locked
from callbacks.db.tables import Callback, Customer
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.records import audit_log
from callbacks.records.search import index_words

ROWS_AT_ONCE = 20  # of an import: callers wait while a transaction writes


def apply_customer_record(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Have search find a callback by its customer, and raise it if it is from a trial or onboarding customer."""
    caller = caller_of(session, callback.contact)
    if caller is not None:
        index_words(session, callback, f"{caller.customer.name} {caller.customer.company}")
        raise_for_trial(session, desk, callback, now)


@dataclass(frozen=True)
class Editor:
    """Who changes records of customers, as the audit log names them."""

    session: Session
    desk: Desk
    who: str
    now: datetime

    def add(self, details: Details, contacts: Sequence[Contact]) -> Customer:
        """Add a customer. Raise WrongState."""
        customer = store.add_customer(self.session, details, contacts, self.now)
        return self._changed(customer, "customer: add")

    def change(self, customer_id: int, details: Details) -> Customer:
        """Change what is known of a customer. Raise WrongState or NotFound."""
        customer = self._locked(customer_id)
        fields = store.change_customer(customer, details)
        return self._changed(customer, "customer: change", {"fields": ", ".join(fields)})

    def add_contact(self, customer_id: int, contact: Contact) -> Customer:
        """Add a number or an address. Raise WrongState or NotFound."""
        customer = self._locked(customer_id)
        store.add_contact(self.session, customer, contact)
        return self._changed(customer, "customer: add contact", {"fields": contact.kind.value})

    def remove_contact(self, customer_id: int, contact_id: int) -> Customer:
        """Remove a number or an address. Raise WrongState or NotFound."""
        customer = self._locked(customer_id)
        store.remove_contact(self.session, customer, contact_id)
        return self._changed(customer, "customer: remove contact")

    def take_row(self, row: Row) -> Taken:
        """Add the customer of a row in a file, or change the one who is known by it. Raise WrongState."""
        store.keep_others_out(self.session)
        known = store.customers_with(self.session, row.contacts)
        if len(known) > 1:
            named = " and ".join(_owned(customer, row.contacts) for customer in known)
            raise WrongState(f"It names two customers: {named}. Correct one of them first.")
        if not known:
            self.add(row.onto(Details()), row.contacts)
            return Taken.ADDED
        return self._update(self._locked(known[0].id), row)

    def _update(self, customer: Customer, row: Row) -> Taken:
        fields = list(store.change_customer(customer, row.onto(store.details_of(customer))))
        theirs = {contact_of(contact) for contact in customer.contacts}
        for contact in row.contacts:
            if contact not in theirs:
                store.add_contact(self.session, customer, contact)
                fields.append(contact.kind.value)
        if not fields:
            return Taken.UNCHANGED
        self._changed(customer, "customer: import", {"fields": ", ".join(fields)})
        return Taken.CHANGED

    def _locked(self, customer_id: int) -> Customer:
        locked(self.session, Customer, customer_id)
        return customer_numbered(self.session, customer_id)

    def _changed(self, customer: Customer, what: str, more: Mapping[str, str] | None = None) -> Customer:
        for callback in open_callbacks_of(self.session, customer):
            apply_customer_record(self.session, self.desk, locked(self.session, Callback, callback.id), self.now)
        audit_log.note(self.session, self.now, self.who, what, {"customer": str(customer.id), **(more or {})})
        return customer


def _owned(customer: Customer, contacts: Iterable[Contact]) -> str:
    """Return a customer with the number or address by which a row names them."""
    theirs = {contact_of(contact) for contact in customer.contacts}
    return f"{label_of(customer)} ({', '.join(each.in_words for each in contacts if each in theirs)})"


# An import


class Taken(enum.Enum):
    """What a row of a file did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class RowResult:
    """What became of one row: what it did, or why it was not taken."""

    line: int
    taken: Taken | None
    problem: str = ""


def import_rows(database: Database, desk: Desk, rows: Sequence[Row], who: str, now: datetime) -> Iterator[RowResult]:
    """Take the rows of a file, a few in each transaction. One that cannot be taken keeps none of the others out."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[first : first + ROWS_AT_ONCE]

        def work(session: Session, some: Sequence[Row] = some) -> Sequence[RowResult]:
            return _take(Editor(session, desk, who, now), some)

        yield from database.write(work)


def _take(editor: Editor, rows: Iterable[Row]) -> list[RowResult]:
    return [_result(editor, row) for row in rows]


def _result(editor: Editor, row: Row) -> RowResult:
    try:
        with editor.session.begin_nested():
            return RowResult(row.line, editor.take_row(row))
    except WrongState as error:
        return RowResult(row.line, None, str(error))
