"""Changes of customers: their details, numbers and addresses, and a file of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import g
from sqlalchemy.orm import Session

from callbacks.acts.customers import Editor, RowResult, Taken, import_rows
from callbacks.console.context import current
from callbacks.console.forms import field, number_field
from callbacks.customers import csv_file
from callbacks.customers.contacts import Contact, contact_in, mail_in, phone_in
from callbacks.customers.details import LONGEST_NAME, LONGEST_NOTES, LONGEST_PRODUCTS, Details, language_of, values_in
from callbacks.customers.find import label_of

LONGEST_CONTACTS = 1000
# One more, so that a longer one is refused with its length and not cut.
MORE = 1


@dataclass(frozen=True)
class Imported:
    """What an import did: how many rows were taken, and what is wrong with the others."""

    counts: str
    faults: Sequence[RowResult]


def add(session: Session) -> str:
    """Add the customer in the form."""
    rules = current().desk.dialing_rules
    phones = [phone_in(each, rules) for each in values_in(field("phones", LONGEST_CONTACTS))]
    mails = [mail_in(each) for each in values_in(field("emails", LONGEST_CONTACTS))]
    return f"{label_of(_editor(session).add(_details(), [*phones, *mails]))} was added."


def _change(session: Session, customer_id: int) -> str:
    return f"{label_of(_editor(session).change(customer_id, _details()))} was saved."


def _add_contact(session: Session, customer_id: int) -> str:
    contact = _contact()
    customer = _editor(session).add_contact(customer_id, contact)
    return f"{contact.in_words} was added to {label_of(customer)}."


def _remove_contact(session: Session, customer_id: int) -> str:
    customer = _editor(session).remove_contact(customer_id, number_field("contact"))
    return f"The number or address was removed from {label_of(customer)}."


CHANGES: dict[str, Callable[[Session, int], str]] = {
    "change": _change,
    "add-contact": _add_contact,
    "remove-contact": _remove_contact,
}


def take_file(content: bytes) -> Imported:
    """Import a CSV file. Raise WrongState when it cannot be read."""
    context = current()
    found = csv_file.read(csv_file.text_of(content), context.desk.dialing_rules)
    taken = list(import_rows(context.database, context.desk, found.rows, g.user.email, context.now()))
    faults = [RowResult(fault.line, None, fault.problem) for fault in found.faults]
    faults += [result for result in taken if result.taken is None]
    counts = Counter(result.taken for result in taken)
    in_words = ", ".join(f"{counts[each]} {each.value}" for each in Taken)
    return Imported(in_words, sorted(faults, key=lambda result: result.line))


def _editor(session: Session) -> Editor:
    context = current()
    return Editor(session, context.desk, g.user.email, context.now())


def _details() -> Details:
    return Details(
        name=field("name", LONGEST_NAME + MORE),
        company=field("company", LONGEST_NAME + MORE),
        language=language_of(field("language")),
        is_trial=field("trial") == "yes",
        products=values_in(field("products", LONGEST_PRODUCTS + MORE)),
        notes=field("notes", LONGEST_NOTES + MORE),
    )


def _contact() -> Contact:
    return contact_in(field("contact", 255), current().desk.dialing_rules)
