"""The phone numbers and mail addresses by which customers are known, each in one form. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.db.states import ContactKind
from callbacks.db.tables import CustomerContact
from callbacks.errors import WrongState
from callbacks.text.dialing_rules import DialingRules, NumberKind
from callbacks.text.formats import readable_number
from callbacks.text.mail_address import mail_address

LONGEST_CONTACT = 255
SHOWN = 60


@dataclass(frozen=True)
class Contact:
    """One phone number (E.164) or mail address (lowercase)."""

    kind: ContactKind
    value: str

    @property
    def in_words(self) -> str:
        return contact_in_words(self.value)


def contact_in(text: str, rules: DialingRules) -> Contact:
    """Return the number or address that somebody typed. Raise WrongState."""
    return mail_in(text) if "@" in text else phone_in(text, rules)


def phone_in(text: str, rules: DialingRules) -> Contact:
    """Return a phone number in any notation. Raise WrongState."""
    check = rules.check_written(text)
    if check.kind is NumberKind.OWN:
        raise WrongState(f"{text[:SHOWN]!r} is one of the desk's own numbers. Give the customer's number.")
    if check.number is None:
        raise WrongState(f"{text[:SHOWN]!r} is not a phone number. Write it like +15145550123 or 514 555-0123.")
    if check.extension:
        raise WrongState(f"{text[:SHOWN]!r} has an extension. Give the number without it; it can go into the notes.")
    return Contact(ContactKind.PHONE, check.number)


def mail_in(text: str) -> Contact:
    """Return a mail address. Raise WrongState."""
    try:
        address = mail_address(text).lower()
    except ValueError as error:
        raise WrongState(str(error)) from None
    if len(address) > LONGEST_CONTACT:
        raise WrongState(f"The email address has {len(address)} characters. At most {LONGEST_CONTACT} can be stored.")
    return Contact(ContactKind.MAIL, address)


def contact_of(row: CustomerContact) -> Contact:
    return Contact(row.kind, row.value)


def contact_in_words(value: str) -> str:
    """Return a number in its usual notation, or an address as it is."""
    return readable_number(value) if value.startswith("+") else value
