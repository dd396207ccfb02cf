"""After the beep: a caller hears the message, records it again, or leaves another number. Nothing is thrown away."""

from __future__ import annotations

from sqlalchemy import select

from callbacks.db.states import AudioState
from callbacks.db.tables import Voicemail
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
OFFICE = "5145550188"


def recordings(desk: ScenarioDesk) -> list[tuple[bool, AudioState, int | None]]:
    """Return whether each recording was replaced, whether it is here, and how many seconds it has."""
    query = select(Voicemail).order_by(Voicemail.id)
    rows = desk.service.database.read(lambda session: session.scalars(query).all())
    return [(row.is_replaced, row.audio, row.seconds) for row in rows]


def test_a_caller_hears_the_message_and_records_it_again(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(8).presses("#")
    call.hears("Your reference is").hears("To hear your message, press 2")
    desk.scenario.wait_until(lambda: recordings(desk)[0][1] is AudioState.COPIED)
    call.presses("2").hears("/media/")
    call.presses("3").hears("leave your message after the beep").hears_the_beep().says(5).presses("#")
    call.hears("Your reference is").presses("1").hears("Goodbye").is_hung_up_on()
    desk.scenario.wait_until(lambda: all(audio is AudioState.COPIED for _, audio, _ in recordings(desk)))
    assert recordings(desk) == [(True, AudioState.COPIED, 8), (False, AudioState.COPIED, 5)]
    desk.phone_of("Amy").reads("Reply")
    desk.phone_of("Amy").resolves()


def test_hanging_up_at_the_second_beep_keeps_the_first_message(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(8).presses("#")
    call.hears("To record it again, press 3").presses("3").hears_the_beep().hangs_up()
    desk.phone_of("Amy").reads("Reply")
    desk.phone_of("Amy").resolves()
    assert [row for row in recordings(desk) if not row[0]] == [(False, AudioState.COPIED, 8)]


def test_a_message_of_a_second_is_asked_for_again_and_kept(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(1).presses("#")
    call.hears("That message was very short").hears_the_beep().says(6).presses("#")
    call.hears("Your reference is").is_hung_up_on()
    desk.phone_of("Amy").reads("Reply")
    desk.phone_of("Amy").resolves()
    assert [(replaced, seconds) for replaced, _, seconds in recordings(desk)] == [(True, 1), (False, 6)]


def test_a_caller_leaves_another_number_which_is_read_back(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(8).presses("#")
    call.hears("To be called at another number, press 4").presses("4")
    call.hears("enter the number").presses(f"{OFFICE}#").hears("You entered (514) 555-0188").presses("1")
    call.hears("We will call you at that number").hangs_up()
    amy, office = desk.phone_of("Amy"), desk.customer("+15145550188")
    amy.reads("Reply")
    amy.texts("call {code}").reads("Your phone rings now")
    connection = amy.is_rung().answers().hears("(514) 555-0188").presses("1")
    office.is_rung().answers().hangs_up()
    connection.hears("How did it go").presses("1").hears("Resolved")
    assert desk.log_says("caller entered another number to call +15145550188")


def test_a_caller_whose_number_is_withheld_enters_one_before_the_message(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct", "anonymous").hears("We do not see a number where we can reach you")
    call.presses(f"{OFFICE}#").hears("You entered (514) 555-0188").presses("1").hears("leave a message").hangs_up()
    amy = desk.phone_of("Amy")
    assert desk.callbacks() == []  # no promise was heard to its end
    call = desk.customer().dials("direct", "anonymous").hears("enter the number").presses(f"{OFFICE}#")
    call.hears("You entered").presses("1").hears("leave a message").hears_the_beep().hangs_up()
    amy.reads("(514) 555-0188")
    amy.resolves()


def test_a_french_caller_hears_all_of_it_in_french(desk: ScenarioDesk) -> None:
    call = (
        desk.customer().dials("direct").presses("9").hears("Laissez un message").hears_the_beep().says(1).presses("#")
    )
    call.hears("Ce message était très court").hears_the_beep().says(8).presses("#")
    call.hears("Votre numéro de référence est").hears("appuyez sur le 4").presses("4").hears("appuyez sur le carré")
    call.presses("9005550123#").hears("nous ne pouvons pas appeler ce numéro").presses(f"{OFFICE}#")
    call.hears("Vous avez composé le (514) 555-0188").presses("2").presses(f"{OFFICE}#").presses("1")
    call.hears("Nous vous rappellerons à ce numéro").presses("1").hears("Au revoir").is_hung_up_on()
    desk.phone_of("Amy").reads("Reply")
    desk.phone_of("Amy").resolves()
    assert desk.calls()[0].customer_number == "+15145550188"
