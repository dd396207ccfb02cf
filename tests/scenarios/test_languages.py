"""English and French: known before a key, changed by key, in the desk's own words, and spoken properly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from callbacks.db.states import ContactKind
from callbacks.db.tables import Customer, CustomerContact
from tests.scenarios.conftest import CUSTOMER, CUSTOMER_TEXTS, POSTGRES_IN_SOAK, SATURDAY_NIGHT, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


def knows(desk: ScenarioDesk, language: str) -> None:
    """The desk has a record of the customer."""

    def add(session: object) -> None:
        contact = CustomerContact(kind=ContactKind.PHONE, value=CUSTOMER)
        session.add(Customer(language=language, created_at=desk.now, contacts=[contact]))  # type: ignore[attr-defined]

    desk.service.database.write(add)


def leaves_a_message_in_french(desk: ScenarioDesk, line: str = "direct") -> None:
    call = desk.customer().dials(line).hears("Merci d'appeler")
    if line == "toll-free":
        call.hears("Pour le soutien technique").presses("1")
    call.hears("Laissez un message").hears_the_beep().says(8).presses("#")
    call.hears("Merci. Votre numéro de référence est le").is_hung_up_on()


@pytest.mark.parametrize("line", ["direct", "toll-free"])
def test_a_customer_who_speaks_french_is_answered_in_french(desk: ScenarioDesk, line: str) -> None:
    knows(desk, "fr")
    leaves_a_message_in_french(desk, line)
    amy = desk.phone_of("Amy")
    amy.reads("in French")
    desk.scenario.minutes_pass(2.5)
    page = amy.is_rung().answers().hears("The customer speaks French").presses("2").hears("confirm").presses("1")
    page.hears("is yours").is_hung_up_on()
    amy.resolves()
    (call,) = desk.calls()
    assert (call.language, call.language_known, call.language_chosen) == ("fr", True, False)


@pytest.mark.parametrize("line", ["direct", "toll-free"])
def test_the_other_language_is_offered_and_a_key_changes_to_it(desk: ScenarioDesk, line: str) -> None:
    knows(desk, "fr")
    call = desk.customer().dials(line).hears("For English, press 9").presses("9")
    if line == "toll-free":
        call.hears("For support, press 1").presses("1")
    call.hears("leave a message").hears_the_beep().says(8).presses("#").hears("Your reference").is_hung_up_on()
    amy = desk.phone_of("Amy")
    assert "French" not in amy.reads("call (514) 555-0199 back")
    amy.resolves()
    assert desk.log_says("chose English")


def test_who_chose_french_once_is_answered_in_french_and_may_change_back(desk: ScenarioDesk) -> None:
    first = desk.customer().dials("direct").hears("appuyez sur le 9").presses("9").hears("Laissez un message")
    first.hangs_up()
    desk.scenario.minutes_pass(5)
    again = desk.customer().dials("toll-free").hears("Merci d'appeler").hears("For English, press 9").presses("9")
    again.hears("For support, press 1").hears("Pour le service en français, appuyez sur le 9").hangs_up()
    desk.scenario.minutes_pass(5)
    desk.customer().dials("direct").hears("Thank you for calling").hears("leave a message").hangs_up()
    assert [(call.language, call.language_known) for call in desk.calls()] == [
        ("fr", False),
        ("en", True),
        ("en", True),
    ]


def test_a_withheld_number_is_answered_in_the_language_of_the_line(desk: ScenarioDesk) -> None:
    for _ in range(2):
        call = desk.customer("ANONYMOUS").dials("direct").hears("Thank you for calling").hears("appuyez sur le 9")
        call.presses("9").hears("Laissez un message").hangs_up()
    assert not any(call.language_known for call in desk.calls())


def test_a_desk_texts_customers_in_its_own_words_in_both_languages(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(
        SATURDAY_NIGHT,
        customer_texts=CUSTOMER_TEXTS,
        wording={
            "texts": {
                "message_received": {
                    "en": "{sender} here, we heard you ({reference}). {then}",
                    "fr": "Ici {sender}, on vous a entendu ({reference}). {then}",
                },
                "will_call_by": {"en": "Expect a call before {due}.", "fr": "On vous appelle d'ici {due}."},
                "text_added": {
                    "en": "{sender}: {reference} now has it.",
                    "fr": "{sender}: ajouté à {reference}.",
                },
                "unsubscribed": {"en": "{sender}: you are out.", "fr": "{sender}: c'est fait, plus d'avis."},
            }
        },
    )
    desk.leaves_a_message()
    reference, amy = desk.callback.reference, desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    desk.customer().reads(f"Support desk here, we heard you ({reference}). Expect a call before 10:42 p.m.")
    desk.customer().texts("It is the mail server.").reads(f"Support desk: {reference} now has it.")
    amy.reads("It is the mail server")
    amy.resolves()
    francoise = desk.customer("+15145550177")
    call = francoise.dials("direct").hears("appuyez sur le 9").presses("9")
    call.hears_the_beep().says(8).presses("#").is_hung_up_on()
    amy.reads("in French")
    francoise.reads("Ici Support desk, on vous a entendu (", "On vous appelle d'ici 22 h 4")
    francoise.texts("abonner").reads("Support desk: vous avez demandé les avis de panne.", "répondez DESABONNER.")
    francoise.texts("désabonner").reads("Support desk: c'est fait, plus d'avis.")
    amy.resolves()


def test_a_desk_has_its_own_words_and_voices(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(
        SATURDAY_NIGHT,
        wording={
            "greeting": {"en": "Good evening.", "fr": "Bonsoir."},
            "number": {"en": "the number {number}", "fr": "au {number}"},
            "thanks_with_reference": {"en": "{reference}, before {due}!", "fr": "{reference}, d'ici {due} !"},
        },
        voices={"fr": "Polly.Liam-Neural"},
    )
    call = desk.customer().dials("direct").hears("Good evening.").hears("appuyez sur le 9").presses("9")
    call.hears_the_beep().says(8).presses("#").hears(", d'ici 22 h 42 !").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2.5)
    page = amy.is_rung().answers().hears("paging Amy Roy").presses("2").hears("confirm").presses("1")
    page.hears("Please call the number (514) 555-0199 by 10:42 p.m.").is_hung_up_on()
    amy.resolves()
    assert desk.callback.due_at == desk.calls()[0].began_at + timedelta(minutes=30)
