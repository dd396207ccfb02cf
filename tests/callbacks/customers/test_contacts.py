"""A number or an address has one form, however it is written."""

from __future__ import annotations

import pytest

from callbacks.customers.contacts import Contact, contact_in, contact_of
from callbacks.db.states import ContactKind
from callbacks.db.tables import CustomerContact
from callbacks.errors import WrongState
from callbacks.text.dialing_rules import DialingRules

RULES = DialingRules(own_numbers=frozenset({"+15148458474"}))


@pytest.mark.parametrize("written", ["+15145550199", "514-555-0199", "(514) 555-0199", "1 514 555 0199"])
def test_a_number_in_any_notation(written: str) -> None:
    assert contact_in(written, RULES) == Contact(ContactKind.PHONE, "+15145550199")
    assert contact_in(written, RULES).in_words == "(514) 555-0199"


def test_a_number_abroad_may_be_known() -> None:
    assert contact_in("+33 1 42 68 53 00", RULES).value == "+33142685300"


def test_an_address_is_in_lower_case() -> None:
    found = contact_in(" Jane.Roy@Acme.TEST ", RULES)
    assert found == Contact(ContactKind.MAIL, "jane.roy@acme.test")
    assert found.in_words == "jane.roy@acme.test"
    assert contact_of(CustomerContact(kind=found.kind, value=found.value)) == found


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("call me", "'call me' is not a phone number. Write it like"),
        ("12", "'12' is not a phone number"),
        ("", "is not a phone number"),
        ("514 845-8474", "one of the desk's own numbers"),
        ("514 555-0199 ext. 204", "has an extension. Give the number without it"),
        ("jane@", "'jane@' is not an email address"),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.test", "is not an email address|characters"),
    ],
)
def test_anything_else_is_refused(written: str, problem: str) -> None:
    with pytest.raises(WrongState, match=problem):
        contact_in(written, RULES)
