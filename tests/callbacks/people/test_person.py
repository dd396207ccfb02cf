"""A person as paging sees them."""

from __future__ import annotations

from callbacks.db.states import Channel, PhoneSlot
from callbacks.people.person import ContactMethod, Person


def test_a_person_is_reachable_with_a_verified_number_and_a_working_method() -> None:
    assert Person(1, "Amy", "+15145550101").is_reachable
    assert not Person(1, "Amy", "+15145550101", verified=False).is_reachable
    assert not Person(1, "Amy", "+15145550101", contact_methods=()).is_reachable


def test_the_key_of_a_method_names_its_channel_and_number() -> None:
    assert ContactMethod(Channel.TEXT).key == "text first"
    assert ContactMethod(Channel.CALL, PhoneSlot.SECOND).key == "call second"
