"""Customers are added and changed, and no two of them share a number or an address."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from callbacks.customers import store
from callbacks.customers.details import Details
from callbacks.customers.find import contacts_of, customer_with
from callbacks.db.database import Database
from callbacks.db.removals import removals_of
from callbacks.db.tables import Customer
from callbacks.errors import NotFound, WrongState
from tests.callbacks.customers.known import JANE, MAIL, NOW, OTHER, PHONE, add, contacts


def test_a_customer_is_stored_as_they_were_given(database: Database) -> None:
    database.write(lambda session: add(session, JANE, "514 555-0199", MAIL, "+15145550199"))
    found = database.read(lambda session: customer_with(session, PHONE))
    assert found is not None
    assert (store.details_of(found), contacts_of(found), found.created_at) == (JANE, [PHONE, MAIL], NOW)


def test_nobody_is_known_by_nothing(database: Database) -> None:
    with pytest.raises(WrongState, match="Give at least one"):
        database.write(lambda session: store.add_customer(session, JANE, [], NOW))


def test_a_number_is_one_customers(database: Database) -> None:
    database.write(lambda session: add(session))
    with pytest.raises(WrongState, match=r"\(514\) 555-0199 already belongs to Acme, Jane Roy\."):
        database.write(lambda session: add(session, Details("Joe"), OTHER, PHONE))
    assert database.read(lambda session: customer_with(session, OTHER)) is None


def test_a_change_says_which_fields_are_different(database: Database) -> None:
    customer = database.write(lambda session: add(session))
    changed = replace(JANE, name="Jane  Roy", is_trial=True, notes="")
    assert store.change_customer(customer, changed) == ["is_trial", "notes"]
    assert store.details_of(customer) == replace(JANE, is_trial=True, notes="")
    with pytest.raises(WrongState):
        store.change_customer(customer, Details())
    assert customer.name == "Jane Roy"


def test_numbers_are_added_and_removed(database: Database) -> None:
    customer_id = database.write(lambda session: add(session).id)

    def work(session: Session) -> list[str]:
        customer = session.get_one(Customer, customer_id)
        store.add_contact(session, customer, *contacts(MAIL))
        with pytest.raises(WrongState, match="Acme, Jane Roy already has"):
            store.add_contact(session, customer, *contacts(MAIL))
        store.remove_contact(session, customer, customer.contacts[0].id)
        assert removals_of(session) == (f"a phone of customer {customer_id}",)
        with pytest.raises(WrongState, match="only way to recognize"):
            store.remove_contact(session, customer, customer.contacts[0].id)
        with pytest.raises(NotFound):
            store.remove_contact(session, customer, 99)
        return contacts_of(customer)

    assert database.write(work) == [MAIL]
    database.write(lambda session: add(session, Details("Joe"), PHONE))  # it is free again


def test_customers_are_found_by_several_contacts(database: Database) -> None:
    database.write(lambda session: (add(session), add(session, Details("Joe"), OTHER)))
    found = database.read(lambda session: store.customers_with(session, contacts(PHONE, OTHER, MAIL)))
    assert [customer.name for customer in found] == ["Jane Roy", "Joe"]
