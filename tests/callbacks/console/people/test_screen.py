"""The cards of the people screen: numbers, layers, problems and test pages."""

from __future__ import annotations

from datetime import timedelta

from callbacks.console.people.screen import TESTS_SHOWN, PersonCard, person_cards
from callbacks.db.states import Channel
from callbacks.people import contact_methods, technicians
from callbacks.people.person import ContactMethod
from tests.callbacks.console.console import DESK, Console
from tests.callbacks.console.people.people_screen import does


def card(console: Console, name: str) -> PersonCard:
    cards = console.database.read(lambda session: person_cards(session, DESK, console.clock.now()))
    return next(each for each in cards if each.name == name)


def test_a_card_has_the_layers_and_each_number_with_whether_it_is_verified(sue: Console) -> None:
    does(sue, "/people/1/number", phone="+15145550122", which="second")
    amy = card(sue, "Amy Roy")
    assert (amy.layers, card(sue, "Ben Cole").layers) == ("primary", "backup")
    assert [(row.which, row.words, row.is_verified) for row in amy.numbers] == [
        ("first", "(514) 555-0101", True),
        ("second", "(514) 555-0122", False),
    ]


def test_a_test_page_is_shown_for_an_hour(sue: Console) -> None:
    does(sue, "/people/1/test")
    assert {test.way for test in card(sue, "Amy Roy").tests} == {"text", "call"}
    assert card(sue, "Ben Cole").tests == []
    sue.clock.pass_time(TESTS_SHOWN + timedelta(seconds=1))
    assert card(sue, "Amy Roy").tests == []


def test_a_trouble_is_flagged(sue: Console) -> None:
    sue.database.write(
        lambda s: contact_methods.record_failure(
            technicians.technician_named(s, "Amy Roy"), ContactMethod(Channel.TEXT), "sent STOP"
        )
    )
    assert "Cannot be reached</strong> by text: sent STOP" in sue.client.get("/people").text
