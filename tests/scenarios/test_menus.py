"""Calls through menus: to another menu, a team, an outside number, a voicemail box, and a recording of the company."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.db.states import CallOutcome, Coverage
from callbacks.db.tables import BoxMail
from callbacks.desk.audio_files import AudioFile
from ivr.simulator import Habit
from ivr.simulator.audio import Sound
from tests.callbacks.desk.flows import MENUS
from tests.scenarios.conftest import POSTGRES_IN_SOAK, SATURDAY_NIGHT, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

SALES, SALES_TOO, HEAD_OFFICE = "+15145550141", "+15145550142", "+15145550140"
Opens = Callable[..., ScenarioDesk]


@pytest.fixture
def open_with_menus(open_desk: Opens) -> Opens:
    return lambda begins, toml=MENUS: open_desk(begins, **tomllib.loads(toml))


def test_sales_take_a_call_by_key(open_with_menus: Opens) -> None:
    desk = open_with_menus(TUESDAY_MORNING)
    sales = desk.scenario.add_person("Sales", SALES)
    call = desk.customer().dials("toll-free").hears("This call may be recorded").hears("For sales, press 2")
    call.presses("2").hears("Sales, 1").presses("1").hears("Please hold while we connect you")
    theirs = sales.is_rung().answers().hears("Call for sales on the toll-free line, from (514) 555-0199")
    theirs.presses("1")
    call.is_connected_to(theirs).waits(40)
    theirs.hangs_up()
    call.is_hung_up_on()
    (logged,) = desk.calls()
    assert logged.outcome is CallOutcome.PUT_THROUGH
    assert desk.callbacks() == []
    assert desk.log_says("caller chose a key in a menu 2 in main: menu:sales")
    assert desk.log_says("desk put the call through team:sales")


def test_when_nobody_at_sales_answers_a_message_goes_into_their_box(open_with_menus: Opens) -> None:
    desk = open_with_menus(SATURDAY_NIGHT)
    desk.expects_error("a message in a box could not be mailed")  # this desk has no mail server
    phones = [desk.scenario.add_person(f"Sales {n}", number) for n, number in enumerate((SALES, "+15145550142"))]
    phones[0].phone.habit = Habit.BUSY
    call = desk.customer().dials("toll-free").hears("For sales").presses("2").hears("Sales, 1").presses("1")
    phones[0].is_dialed()
    phones[1].is_rung().lets_it_ring()
    call.hears("nobody can take your call").hears("It goes to: sales").hears_the_beep().says(8).presses("#")
    call.hears("Thank you. We have your message.").presses("1").hears("Goodbye").is_hung_up_on()
    desk.scenario.minutes_pass(3)
    assert desk.callbacks() == []  # and nobody was paged: the story would say so
    assert desk.voicemail.seconds == 8
    (mail,) = desk.service.database.read(lambda session: list(session.scalars(select(BoxMail))))
    assert mail.error.startswith("The mail was not sent: no mail server is set up")
    sue = desk.phone_of("Sue")
    sue.reads("messages for sales cannot be mailed")


TOGETHER = MENUS.replace("[teams.sales]\n", '[teams.sales]\nring = "together"\n')


def test_the_phones_of_sales_ring_together_and_the_first_to_answer_takes_the_call(open_with_menus: Opens) -> None:
    desk = open_with_menus(TUESDAY_MORNING, TOGETHER)
    first, second = (desk.scenario.add_person(f"Sales {n}", number) for n, number in enumerate((SALES, SALES_TOO)))
    call = desk.customer().dials("toll-free").hears("For sales").presses("2").hears("Sales, 1").presses("1")
    ringing, theirs = first.is_rung(), second.is_rung(timedelta(seconds=1)).answers().hears("Call for sales")
    ringing.is_hung_up_on()
    theirs.presses("1")
    call.is_connected_to(theirs).waits(40)
    theirs.hangs_up()
    call.is_hung_up_on()
    assert [each.outcome for each in desk.calls()] == [CallOutcome.PUT_THROUGH]
    assert desk.callbacks() == []


def test_when_none_of_the_phones_that_ring_together_answers_the_call_goes_on(open_with_menus: Opens) -> None:
    desk = open_with_menus(SATURDAY_NIGHT, TOGETHER)
    desk.expects_error("a message in a box could not be mailed")  # this desk has no mail server
    phones = [desk.scenario.add_person(f"Sales {n}", number) for n, number in enumerate((SALES, SALES_TOO))]
    call = desk.customer().dials("toll-free").presses("9").hears("Pour les ventes").presses("2").hears("Ventes, 1")
    call.presses("1").hears("Veuillez rester en ligne")
    phones[0].is_rung()
    phones[1].is_rung(timedelta(seconds=1))
    call.hears("personne ne peut prendre votre appel").hears("Il sera transmis à : les ventes").hears_the_beep()
    call.says(8).presses("#").hears("Merci").hangs_up()
    desk.scenario.minutes_pass(3)
    assert desk.callbacks() == []
    desk.phone_of("Sue").reads("messages for sales cannot be mailed")


def test_a_call_that_sales_let_go_again_goes_on(open_with_menus: Opens) -> None:
    """A private voicemail picks up at sales: without a key it takes no call."""
    desk = open_with_menus(TUESDAY_MORNING)
    desk.scenario.add_person("Counter", "+15145550102")  # Ben, who is the backup
    desk.phone_of("Ben").phone.habit = Habit.VOICEMAIL
    call = desk.customer().dials("toll-free").hears("For sales").presses("2").hears("Counter, 4").presses("4")
    call.hears("nobody can take your call").hears("Please hold while we find a technician")
    amys = desk.phone_of("Amy").is_rung().answers().hears("Support call").presses("1")
    call.is_connected_to(amys).waits(5)
    amys.hangs_up()
    assert [each.outcome for each in desk.calls()] == [CallOutcome.ANSWERED]
    desk.scenario.ignore_so_far()


def test_an_outside_number_is_connected_when_it_answers_and_else_the_menu_is_heard_again(
    open_with_menus: Opens,
) -> None:
    desk = open_with_menus(SATURDAY_NIGHT)
    office = desk.scenario.add_person("Head office", HEAD_OFFICE)
    call = desk.customer().dials("toll-free").hears("For sales").presses("2").hears("Head office, 2").presses("2")
    office.is_rung().lets_it_ring()
    call.hears("nobody can take your call").hears("Head office, 2").presses("2")
    theirs = office.is_rung().answers()
    call.is_connected_to(theirs).waits(20)
    call.hangs_up()
    assert [each.outcome for each in desk.calls()] == [CallOutcome.PUT_THROUGH]
    assert desk.callbacks() == []


def test_a_product_by_key_is_the_product_of_the_callback(open_with_menus: Opens) -> None:
    desk = open_with_menus(TUESDAY_MORNING)
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).phone.habit = Habit.BUSY
    call = (
        desk.customer().dials("toll-free").hears("By product, press 4").presses("4").hears("modusHosted").presses("1")
    )
    call.hears("leave a message").hears_the_beep().says(6).presses("#").hears("Your reference is").hangs_up()
    assert (desk.callback.product, desk.callback.coverage) == ("modusHosted", Coverage.COVERED)
    desk.scenario.ignore_so_far()


def test_in_french_after_hours_somebody_presses_nothing_and_still_leaves_a_message(open_with_menus: Opens) -> None:
    desk = open_with_menus(SATURDAY_NIGHT)
    call = desk.customer().dials("toll-free").hears("For sales").presses("9").hears("Pour les ventes, appuyez sur le 2")
    call.hears("appuyez sur l'étoile").hears("nous n'avons pas reçu").hears("nous n'avons pas reçu")
    call.hears("Laissez un message").hears_the_beep().says(5).hangs_up()
    assert desk.callback.contact.language == "fr"
    desk.phone_of("Amy").reads("(514) 555-0199")


def test_in_french_sales_take_a_call_by_key(open_with_menus: Opens) -> None:
    desk = open_with_menus(TUESDAY_MORNING)
    sales = desk.scenario.add_person("Sales", SALES)
    call = desk.customer().dials("toll-free").presses("9").hears("Cet appel peut être enregistré").presses("2")
    call.hears("Ventes, 1").presses("1").hears("Veuillez rester en ligne pendant que nous vous mettons")
    theirs = sales.is_rung().answers().hears("Call for sales").presses("1")  # in the language of the line
    call.is_connected_to(theirs).waits(40).hangs_up()
    assert [(each.outcome, each.language) for each in desk.calls()] == [(CallOutcome.PUT_THROUGH, "fr")]
    assert desk.callbacks() == []


def test_in_french_a_message_goes_into_the_box_of_sales(open_with_menus: Opens) -> None:
    desk = open_with_menus(SATURDAY_NIGHT)
    desk.expects_error("a message in a box could not be mailed")  # this desk has no mail server
    call = desk.customer().dials("toll-free").presses("9").hears("Pour les ventes").presses("2").hears("Un message, 3")
    call.presses("3").hears("Il sera transmis à : les ventes").hears_the_beep().says(8).presses("#")
    call.hears("Merci. Nous avons bien reçu votre message.").presses("1").hears("Au revoir").is_hung_up_on()
    desk.scenario.minutes_pass(3)
    assert (desk.callbacks(), desk.voicemail.seconds) == ([], 8)
    desk.phone_of("Sue").reads("messages for sales cannot be mailed")


WITH_RECORDINGS = MENUS.replace(
    'say = { en = "This call may be recorded.", fr = "Cet appel peut être enregistré." }',
    'play = { en = "hello.wav", fr = "hello.wav" }',
)


@pytest.fixture
def hello() -> AudioFile:
    return AudioFile("0123456789abcdef.wav", "audio/wav", Sound(b"\0\0" * 8000 * 3).wav())


def test_a_recording_of_the_company_is_played(
    open_with_menus: Opens, hello: AudioFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.desk.desk_file.read_audio_file", lambda *_: hello)
    desk = open_with_menus(SATURDAY_NIGHT, WITH_RECORDINGS)
    call = desk.customer().dials("toll-free").hears("/media/prompts/0123456789abcdef.wav").hears("For support, press 1")
    call.hangs_up()


def test_a_recording_that_does_not_answer_ends_at_the_fallback(
    open_with_menus: Opens, hello: AudioFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The carrier does not go on without a recording: it requests the number's fallback URL."""
    monkeypatch.setattr("callbacks.desk.desk_file.read_audio_file", lambda *_: hello)
    desk = open_with_menus(SATURDAY_NIGHT, WITH_RECORDINGS)
    desk.carrier_may_complain = True
    desk.expects_error("the carrier used the fallback URL")
    monkeypatch.setattr("ivr.twilio.call_urls.CallUrls.audio", lambda urls, _: f"{urls.public_url}/media/prompts/x.wav")
    desk.customer().dials("toll-free").hears("something went wrong on our side").hangs_up()
    desk.scenario.minutes_pass(1)
    desk.scenario.ignore_so_far()
