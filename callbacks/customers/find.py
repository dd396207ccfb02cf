"""Find customers: by number or address, by the call that they made, and by words.

The number of a caller can be forged. Where the carrier reports that it failed its check (STIR), the caller is shown as
"probably" this customer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import ContactKind
from callbacks.db.tables import Contact, Customer, CustomerContact
from callbacks.errors import NotFound
from callbacks.text.attestation import has_failed
from callbacks.text.bilingual import Words

A_PAGE = 50
SHORTEST_NUMBER = 3  # digits
IS_KNOWN = Customer.forgotten_at.is_(None)


@dataclass(frozen=True)
class KnownCaller:
    """The customer whose number a call came from, or whose number is called back."""

    customer: Customer
    is_probable: bool  # the number may be forged: the carrier could not confirm it

    @property
    def in_words(self) -> Words:
        return Words(*(_probably(self, adverb) for adverb in ("probably", "probablement")))


def _probably(caller: KnownCaller, adverb: str) -> str:
    label = label_of(caller.customer)
    return f"{adverb} {label}" if caller.is_probable else label


def is_number(text: str) -> bool:
    """Return whether a text has the form of a phone number (E.164)."""
    return re.fullmatch(r"\+[0-9]{3,15}", text) is not None


def label_of(customer: Customer) -> str:
    """Return the company and the name of a customer: "Acme, Jane Roy"."""
    return label(customer.company, customer.name)


def label(company: str, name: str) -> str:
    return ", ".join(part for part in (company, name) if part)


def customer_with(session: Session, value: str) -> Customer | None:
    """Return the customer with this number (E.164) or address (in lower case)."""
    query = select(Customer).join(CustomerContact).where(CustomerContact.value == value, IS_KNOWN)
    return session.scalar(query)


def customer_numbered(session: Session, customer_id: int) -> Customer:
    """Return the customer with this id. Raise NotFound, also for one who was forgotten."""
    customer = session.scalar(select(Customer).where(Customer.id == customer_id, IS_KNOWN))
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer


def caller_of(session: Session, contact: Contact) -> KnownCaller | None:
    """Return the customer of a call: by the number to call back, else by the number it came from."""
    other = contact.customer_number if contact.customer_number != contact.caller else None
    if other is not None and (customer := customer_with(session, other)) is not None:
        return KnownCaller(customer, is_probable=False)  # a person entered that number
    customer = customer_with(session, contact.caller.lower())
    if customer is None:
        return None
    return KnownCaller(customer, is_probable=has_failed(contact.attestation))


def language_of(session: Session, number: str) -> Literal["en", "fr"] | None:
    """Return the language of the customer with this number (E.164), or None while it is not known."""
    customer = customer_with(session, number)
    match customer.language if customer is not None else "":
        case "en":
            return "en"
        case "fr":
            return "fr"
    return None


@dataclass(frozen=True)
class CallerRecord:
    """A customer whose number a call came from, as plain values."""

    customer_id: int
    company: str
    name: str
    is_probable: bool


def records_of_callers(session: Session, contacts: Collection[Contact]) -> Mapping[str, CallerRecord]:
    """Return who made these calls, by SID, with one query: the same as `caller_of`."""
    values = {each for contact in contacts for each in (contact.customer_number, contact.caller.lower()) if each}
    query = select(CustomerContact.value, Customer.id, Customer.company, Customer.name).join(Customer)
    having = query.where(CustomerContact.value.in_(values), IS_KNOWN)
    known = {row.value: CallerRecord(row.id, row.company, row.name, False) for row in session.execute(having)}
    return {contact.sid: found for contact in contacts if (found := _record_of_caller(contact, known)) is not None}


def _record_of_caller(contact: Contact, known: Mapping[str, CallerRecord]) -> CallerRecord | None:
    other = contact.customer_number if contact.customer_number != contact.caller else None
    if other is not None and other in known:
        return known[other]
    found = known.get(contact.caller.lower())
    return replace(found, is_probable=has_failed(contact.attestation)) if found is not None else None


def known_callers(session: Session, contacts: Collection[Contact]) -> Mapping[str, str]:
    """Return who made these calls, by SID, with one query: as `caller_of` says it in English."""
    found = records_of_callers(session, contacts)
    return {sid: words for sid, each in found.items() if (words := _in_english(each))}


def _in_english(each: CallerRecord) -> str:
    words = label(each.company, each.name)
    return f"probably {words}" if words and each.is_probable else words


def phones_of(customer: Customer) -> list[str]:
    return [contact.value for contact in customer.contacts if contact.kind is ContactKind.PHONE]


def contacts_of(customer: Customer) -> list[str]:
    return [contact.value for contact in customer.contacts]


def mails_of(customer: Customer) -> list[str]:
    return [contact.value for contact in customer.contacts if contact.kind is ContactKind.MAIL]


def everybody(session: Session) -> Sequence[Customer]:
    """Return every customer, in the order they were added."""
    return session.scalars(select(Customer).where(IS_KNOWN).order_by(Customer.id)).all()


@dataclass(frozen=True)
class FoundCustomers:
    """One page of customers, and how many there are."""

    customers: Sequence[Customer]
    count: int
    page: int  # from 1
    is_last: bool


def search(session: Session, words: str, page: int = 1) -> FoundCustomers:
    """Return one page of the customers whose name, company, number or address has each of the words, by company."""
    found = _matching(session, words)
    rows = _rows(session, found[(page - 1) * A_PAGE : page * A_PAGE])
    return FoundCustomers(rows, len(found), page, is_last=page * A_PAGE >= len(found))


def every_match(session: Session, words: str) -> Sequence[Customer]:
    """Return all of them."""
    return _rows(session, _matching(session, words))


def _matching(session: Session, words: str) -> Sequence[int]:
    """Return the ids of the customers that match, in order.

    It compares in Python, because SQLite does not know that "É" is a capital "é", and there are thousands at most.
    """
    having, contacts = [_plain(word) for word in words.split()], _contacts(session)
    names = session.execute(select(Customer.id, Customer.company, Customer.name).where(IS_KNOWN))
    found = [
        (_plain(company), _plain(name), id_)
        for id_, company, name in names
        if _matches(having, f"{_plain(company)} {_plain(name)}", contacts.get(id_, []))
    ]
    return [id_ for _, _, id_ in sorted(found)]


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Customer]:
    some = (ids[first : first + A_PAGE] for first in range(0, len(ids), A_PAGE))
    rows = {row.id: row for each in some for row in session.scalars(select(Customer).where(Customer.id.in_(each)))}
    return [rows[id_] for id_ in ids]


def _contacts(session: Session) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = {}
    for customer_id, value in session.execute(select(CustomerContact.customer_id, CustomerContact.value)):
        found.setdefault(customer_id, []).append(value)
    return found


def _matches(words: Sequence[str], names: str, contacts: Sequence[str]) -> bool:
    return all(word in names or any(_is_in(word, contact) for contact in contacts) for word in words)


def _is_in(word: str, contact: str) -> bool:
    """Return whether a number or address has a word. A number may be written in any notation."""
    digits = re.sub(r"[^0-9]", "", word)
    is_number = contact.startswith("+") and len(digits) >= SHORTEST_NUMBER and not re.search(r"[^0-9().+-]", word)
    return word in contact or (is_number and digits in contact)


def _plain(text: str) -> str:
    """Return a text in lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
