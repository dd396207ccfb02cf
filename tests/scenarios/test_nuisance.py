"""Robots, forged numbers and people who call all night. Nobody is woken for nothing, and no message is lost."""

from __future__ import annotations

from callbacks.customers.number_rules import set_rule
from callbacks.db.states import AudioState, ContactKind, NumberRuleKind, Screening
from callbacks.db.tables import Customer, CustomerContact
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


def blocks(desk: ScenarioDesk, kind: NumberRuleKind = NumberRuleKind.BLOCKED) -> None:
    rules, now = desk.service.desk.dialing_rules, desk.now
    desk.service.database.write(
        lambda session: set_rule(session, rules, kind, CUSTOMER, "calls all night", "sue@example.com", now)
    )


def test_a_blocked_number_leaves_a_message_that_wakes_nobody(desk: ScenarioDesk) -> None:
    blocks(desk)
    call = desk.customer().dials("direct").hears("We do not answer calls from this number").hears_the_beep()
    call.says(8).presses("#").hears("Goodbye").is_hung_up_on()
    desk.scenario.minutes_pass(45)
    assert desk.callbacks() == []
    assert desk.calls()[0].screening is Screening.BLOCKED
    assert desk.voicemail.audio is AudioState.COPIED


def test_a_forged_number_is_asked_for_a_key_which_a_robot_does_not_press(desk: ScenarioDesk) -> None:
    robot = desk.customer()
    robot.phone.stir_verstat = "TN-Validation-Failed-C"
    call = robot.dials("toll-free").hears("To continue, press any key").hears("appuyez sur n'importe quelle touche")
    call.hears("To continue, press any key").hears("leave a message").hangs_up()
    assert desk.calls()[0].screening is Screening.NO_KEY
    assert desk.callbacks() == []


def test_a_customer_whose_number_looks_forged_presses_a_key_and_is_served(desk: ScenarioDesk) -> None:
    customer = desk.customer()
    customer.phone.stir_verstat = "TN-Validation-Failed-C"
    call = customer.dials("direct").hears("press any key").presses("1").hears("leave a message").hears_the_beep()
    call.says(8).presses("#").hears("Your reference is").hangs_up()
    desk.phone_of("Amy").reads("(514) 555-0199")
    desk.phone_of("Amy").resolves()
    assert desk.calls()[0].screening is Screening.KEY_PRESSED


def test_an_allowed_number_is_never_asked_for_a_key(desk: ScenarioDesk) -> None:
    blocks(desk, NumberRuleKind.ALLOWED)
    customer = desk.customer()
    customer.phone.stir_verstat = "TN-Validation-Failed-C"
    customer.dials("direct").hears("We are currently closed").hangs_up()
    assert desk.calls()[0].screening is Screening.NONE


def hangs_up_at_the_beep(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct").hears_the_beep().hangs_up()


def test_a_silent_call_that_nobody_vouches_for_wakes_nobody_and_is_paged_once_in_the_morning(
    desk: ScenarioDesk,
) -> None:
    desk.customer().phone.stir_verstat = "TN-Validation-Passed-C"
    hangs_up_at_the_beep(desk)
    desk.scenario.minutes_pass(2)
    assert desk.callback.perhaps_robot
    desk.clock_moves_to("2026-11-29T07:59")
    amy = desk.phone_of("Amy")
    amy.reads_nothing()
    desk.scenario.minutes_pass(2)
    amy.reads("perhaps a robot")
    amy.resolves()
    assert not desk.callback.breached_at


def test_a_silent_call_of_a_number_that_its_carrier_vouches_for_is_paged_at_once(desk: ScenarioDesk) -> None:
    hangs_up_at_the_beep(desk)
    amy = desk.phone_of("Amy")
    assert "robot" not in amy.reads("Reply")
    amy.resolves()


def test_who_calls_again_and_speaks_is_no_robot(desk: ScenarioDesk) -> None:
    desk.customer().phone.stir_verstat = "No-TN-Validation"
    hangs_up_at_the_beep(desk)
    desk.scenario.minutes_pass(10)
    call = desk.customer().dials("direct").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").hangs_up()
    amy = desk.phone_of("Amy")
    amy.reads("Reply")
    amy.resolves()
    assert not desk.callback.perhaps_robot


def test_un_client_dont_le_numero_semble_falsifie_appuie_sur_une_touche(desk: ScenarioDesk) -> None:
    client = desk.customer()
    client.phone.stir_verstat = "TN-Validation-Failed-C"
    call = client.dials("direct").hears("appuyez sur n'importe quelle touche").presses("5")
    call.hears("Pour le service en français").presses("9").hears("Laissez un message").hears_the_beep()
    call.says(8).presses("#").hears("Votre numéro de référence est").hangs_up()
    desk.phone_of("Amy").reads("(514) 555-0199", "in French")
    desk.phone_of("Amy").resolves()
    assert desk.calls()[0].screening is Screening.KEY_PRESSED


def test_un_numero_bloque_entend_pourquoi_en_francais(desk: ScenarioDesk) -> None:
    contact = CustomerContact(kind=ContactKind.PHONE, value=CUSTOMER)
    record = Customer(language="fr", created_at=desk.now, contacts=[contact])
    desk.service.database.write(lambda session: session.add(record))
    blocks(desk)
    call = desk.customer().dials("direct").hears("Nous ne répondons pas aux appels de ce numéro").hears_the_beep()
    call.says(8).presses("#").hears("Au revoir").is_hung_up_on()
    desk.scenario.minutes_pass(45)
    assert desk.callbacks() == []
    assert desk.calls()[0].screening is Screening.BLOCKED


def test_un_appel_muet_attend_le_matin(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, row: setattr(row, "language", "fr"))
    desk.customer().phone.stir_verstat = "TN-Validation-Passed-C"
    hangs_up_at_the_beep(desk)
    desk.scenario.minutes_pass(2)
    desk.clock_moves_to("2026-11-29T07:59")
    amy = desk.phone_of("Amy")
    amy.reads_nothing()
    desk.scenario.minutes_pass(2)
    amy.reads("peut-etre un robot")  # letters of GSM
    amy.resolves("fait")
