"""Robots, forged numbers and people who call all night. Nobody is woken for nothing, and no message is lost."""

from __future__ import annotations

from datetime import timedelta

from callbacks.cli.times import desk_time
from callbacks.customers.number_rules import set_rule
from callbacks.db.states import AudioState, CallbackState, ContactKind, NumberRuleKind, PageKind, Screening
from callbacks.db.tables import Customer, CustomerContact
from ivr.rehearsal.scenario import Person
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


def a_robot_rings(desk: ScenarioDesk) -> None:
    desk.customer().phone.stir_verstat = "TN-Validation-Passed-C"
    hangs_up_at_the_beep(desk)
    desk.scenario.minutes_pass(2)
    assert desk.callback.perhaps_robot


def a_morning_comes(desk: ScenarioDesk, day: str = "2026-11-29") -> Person:
    """Nobody is woken until then, and Amy is on call."""
    desk.clock_moves_to(f"{day}T07:59")
    amy = desk.phone_of("Amy")
    amy.reads_nothing()
    desk.scenario.minutes_pass(2)
    return amy


def steps(desk: ScenarioDesk) -> list[str]:
    return [f"{page.technician.name} {page.channel.value}" for page in desk.pages() if page.kind is PageKind.STEP]


def test_a_silent_call_that_nobody_vouches_for_wakes_nobody_and_is_paged_once_each_morning_while_nobody_answers(
    desk: ScenarioDesk,
) -> None:
    a_robot_rings(desk)
    amy = a_morning_comes(desk)
    amy.reads("perhaps a robot", "by 8:30 a.m.")
    desk.scenario.minutes_pass(6 * 60)
    assert steps(desk) == ["Amy Roy text"]
    assert [page.kind for page in desk.pages()] == [PageKind.STEP]
    callback = desk.callback
    assert (callback.state, callback.breached_at) == (CallbackState.OPEN, None)
    assert callback.next_action_at == desk_time(desk.service.desk, "2026-11-30T08:00")
    a_morning_comes(desk, "2026-11-30").reads("perhaps a robot")
    desk.scenario.minutes_pass(60)
    assert steps(desk) == ["Amy Roy text"] * 2
    amy.resolves()


def test_whoever_takes_a_silent_call_is_reminded_and_nobody_else_hears_of_it(desk: ScenarioDesk) -> None:
    a_robot_rings(desk)
    amy = a_morning_comes(desk)
    amy.reads("perhaps a robot")
    amy.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(11)
    amy.reads("you took")
    desk.scenario.minutes_pass(60)
    amy.reads("you took")  # ten minutes before it is due
    assert {page.technician.name for page in desk.pages()} == {"Amy Roy"}
    a_morning_comes(desk, "2026-11-30").reads("you took")
    amy.resolves()


def test_whoever_passes_a_silent_call_on_has_the_next_person_paged_at_once(desk: ScenarioDesk) -> None:
    a_robot_rings(desk)
    amy = a_morning_comes(desk)
    amy.reads("perhaps a robot")
    amy.texts("pass {code}").reads("goes to the next person now")
    desk.phone_of("Ben").reads("perhaps a robot")
    desk.scenario.minutes_pass(60)
    assert steps(desk) == ["Amy Roy text", "Ben Cole text"]
    desk.phone_of("Ben").resolves()
    amy.reads("Nothing for you to do")


def test_who_rings_and_speaks_after_that_morning_is_served_like_anybody(desk: ScenarioDesk) -> None:
    a_robot_rings(desk)
    amy = a_morning_comes(desk)
    amy.reads("perhaps a robot")
    desk.scenario.minutes_pass(120)
    hangs_up_at_the_beep(desk)  # again nothing shows a person, and nobody hears of it
    desk.scenario.minutes_pass(5)
    amy.reads_nothing()
    desk.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Thank you").hangs_up()
    assert "robot" not in amy.reads("call (514) 555-0199 back by 10:3")
    assert not desk.callback.perhaps_robot
    amy.is_rung(within=timedelta(minutes=3, seconds=10)).rejects()
    desk.phone_of("Ben").reads("call (514) 555-0199 back", within=timedelta(minutes=3, seconds=10))
    desk.phone_of("Ben").resolves()
    amy.ignore_so_far()


def test_who_rings_and_speaks_is_called_back_also_if_the_owner_does_nothing(desk: ScenarioDesk) -> None:
    a_robot_rings(desk)
    amy = a_morning_comes(desk)
    amy.reads("perhaps a robot")
    amy.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(120)
    amy.ignore_so_far()
    desk.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Thank you").hangs_up()
    amy.reads("called again")
    desk.scenario.minutes_pass(26)
    desk.phone_of("Ben").reads("call (514) 555-0199 back")
    assert desk.callback.resumed
    desk.scenario.ignore_so_far()


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
