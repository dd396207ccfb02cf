"""Add and change customers, their numbers and their addresses. `callbacks.acts.customers` notes who asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from callbacks.customers.contacts import Contact, contact_of
from callbacks.customers.details import Details, as_field, checked, products_in
from callbacks.customers.find import IS_KNOWN, label_of
from callbacks.db.removals import record_removal
from callbacks.db.tables import Customer, CustomerContact
from callbacks.errors import NotFound, WrongState

NO_CONTACT = "A customer is known by a phone number or an email address. Give at least one."


def details_of(customer: Customer) -> Details:
    """Return what is known of a customer."""
    return Details(
        name=customer.name,
        company=customer.company,
        language=customer.language,
        is_trial=customer.is_trial,
        products=products_in(customer.products),
        notes=customer.notes,
    )


def add_customer(session: Session, details: Details, contacts: Sequence[Contact], now: datetime) -> Customer:
    """Add a customer. Raise WrongState, also when a number or address is another customer's."""
    if not contacts:
        raise WrongState(NO_CONTACT)
    customer = Customer(created_at=now)
    _set(customer, checked(details))
    _refuse_taken(session, contacts)
    customer.contacts = [CustomerContact(kind=each.kind, value=each.value) for each in dict.fromkeys(contacts)]
    session.add(customer)
    session.flush()
    return customer


def change_customer(customer: Customer, details: Details) -> Sequence[str]:
    """Change what is known of a customer, and return the names of the fields that are different now."""
    before, after = details_of(customer), checked(details)
    _set(customer, after)
    return [name for name, value in vars(after).items() if value != getattr(before, name)]


def add_contact(session: Session, customer: Customer, contact: Contact) -> None:
    """Add a number or an address. Raise WrongState when a customer has it already."""
    if contact in map(contact_of, customer.contacts):
        raise WrongState(f"{label_of(customer)} already has {contact.in_words}.")
    _refuse_taken(session, [contact])
    customer.contacts.append(CustomerContact(kind=contact.kind, value=contact.value))
    session.flush()


def remove_contact(session: Session, customer: Customer, contact_id: int) -> None:
    """Remove a number or an address. Raise WrongState for the last one: nothing would lead to the customer."""
    row = next((each for each in customer.contacts if each.id == contact_id), None)
    if row is None:
        raise NotFound("This customer has no such number or address any more.")
    if len(customer.contacts) == 1:
        raise WrongState("This is the only way to recognize this customer. Add another number or address first.")
    record_removal(session, f"a {row.kind.value} of customer {customer.id}")  # the audit log keeps no personal data
    customer.contacts.remove(row)
    session.flush()


def customers_with(session: Session, contacts: Iterable[Contact]) -> Sequence[Customer]:
    """Return every customer who has one of these numbers or addresses."""
    values = [each.value for each in contacts]
    having = select(CustomerContact.customer_id).where(CustomerContact.value.in_(values))
    return session.scalars(select(Customer).where(Customer.id.in_(having), IS_KNOWN).order_by(Customer.id)).all()


def keep_others_out(session: Session) -> None:
    """Let nobody else add a number until the transaction ends. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE customer_contacts IN SHARE ROW EXCLUSIVE MODE"))


def _refuse_taken(session: Session, contacts: Sequence[Contact]) -> None:
    keep_others_out(session)
    values = [each.value for each in contacts]
    taken = session.scalars(select(CustomerContact).where(CustomerContact.value.in_(values))).first()
    if taken is not None:
        owner = session.get_one(Customer, taken.customer_id)
        raise WrongState(f"{contact_of(taken).in_words} already belongs to {label_of(owner) or 'another customer'}.")


def _set(customer: Customer, details: Details) -> None:
    customer.name, customer.company, customer.language = details.name, details.company, details.language
    customer.is_trial, customer.products, customer.notes = details.is_trial, as_field(details.products), details.notes
