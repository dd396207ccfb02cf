"""Who is calling: our own number, a number abroad or from a new area code, an extension, a language, a technician."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callbacks.acts.customer_number import SetNumber
from callbacks.db.database import locked
from callbacks.db.states import CallOutcome
from callbacks.db.tables import Callback
from tests.acting import supervisor_acts
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
FRANCE, NEW_AREA, PUERTO_RICO = "+33142685300", "+13575551234", "+17875550123"


def leaves_a_message(desk: ScenarioDesk, number: str, caller_id: str | None = None) -> None:
    call = desk.customer(number).dials("direct", caller_id).hears_the_beep().says(8).presses("#")
    call.hears("Thank you").is_hung_up_on()


def speaks_french(desk: ScenarioDesk, *names: str) -> None:
    for name in names:
        desk.edit(lambda _, row: setattr(row, "language", "fr"), name)


def calls_to(desk: ScenarioDesk, number: str) -> int:
    return sum(call.to == number for call in desk.carrier.ledger.calls)


def enters_number(desk: ScenarioDesk, number: str) -> None:
    desk.service.database.write(
        lambda session: supervisor_acts(
            session, desk.service.desk, locked(session, Callback, desk.callback.id), SetNumber(number),
            "sue@example.com", desk.now,
        )
    )  # fmt: skip


# Numbers


def test_a_call_that_shows_one_of_our_own_numbers_comes_from_nobodys_number(desk: ScenarioDesk) -> None:
    ours = desk.service.desk.lines["toll-free"].number
    leaves_a_message(desk, CUSTOMER, caller_id=ours)
    amy = desk.phone_of("Amy")
    page = amy.reads("the caller (shows one of our numbers: listen to the message)")
    assert "484" not in page
    amy.texts("call {code}").reads("No number to call")
    amy.resolves()
    assert desk.calls()[0].customer_number is None
    assert calls_to(desk, ours) == 0


def test_the_number_that_texts_are_sent_from_is_one_of_ours(desk: ScenarioDesk) -> None:
    assert desk.service.settings.sender in desk.service.desk.dialing_rules.own_numbers


def test_a_supervisor_allows_a_number_abroad_by_text_and_whoever_was_paged_hears_of_it(desk: ScenarioDesk) -> None:
    leaves_a_message(desk, FRANCE)
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    amy.reads("call the caller at +33 1 42 68 53 00 (abroad, FR: not allowed yet) back")
    sue.reads("is from +33 1 42 68 53 00, a number abroad (FR).", "ALLOW", "REFUSE")
    amy.texts("call {code}").reads("+33 1 42 68 53 00 is a number abroad (FR). A supervisor must allow it first.")
    amy.texts("allow {code}").reads("Only supervisors and administrators")
    sue.texts("allow {code}").reads("the number can be called now, and your name is on record")
    amy.reads("Sue Tran allowed calls to +33 1 42 68 53 00", "CALL")
    sue.texts("allow {code}").reads("Sue Tran has already allowed +33 1 42 68 53 00")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("connected to +33 1 42 68 53 00").presses("1")
    customers = desk.customer(FRANCE).is_rung().answers()
    amys.is_connected_to(customers)
    customers.hangs_up()
    amys.hears("How did it go").presses("1").hears("Resolved").is_hung_up_on()
    assert (desk.callback.consented_by, desk.log_says("Sue Tran consented to the call")) == ("Sue Tran", True)


def test_un_superviseur_autorise_par_texto(desk: ScenarioDesk) -> None:
    speaks_french(desk, "Amy Roy", "Sue Tran")
    leaves_a_message(desk, FRANCE)
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    amy.reads("rappelez le client au +33 1 42 68 53 00 (étranger, FR: à autoriser)")
    sue.reads("vient du +33 1 42 68 53 00, un numéro à l'étranger (FR)", "AUTORISE", "REFUSE")
    sue.texts("autorise {code}").reads("maintenant autorisé")
    amy.reads("Sue Tran a autorisé l'appel au +33 1 42 68 53 00", "APPEL")
    amy.resolves("fait")


def test_a_refused_number_leaves_a_callback_without_a_number(desk: ScenarioDesk) -> None:
    leaves_a_message(desk, FRANCE)
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    amy.reads("not allowed yet")
    sue.reads("ALLOW")
    sue.texts("refuse {code}").reads("will not be called")
    amy.reads("Sue Tran refused calls to the caller's number")
    amy.texts("call {code}").reads("No number to call")
    amy.resolves()
    assert desk.callback.consent_refused_by == "Sue Tran"
    assert calls_to(desk, FRANCE) == 0


def test_the_owner_alone_hears_that_the_number_is_allowed(desk: ScenarioDesk) -> None:
    leaves_a_message(desk, FRANCE)
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    amy.reads("not allowed yet")
    sue.reads("ALLOW")
    amy.texts("{code}").reads("+33 1 42 68 53 00 is a number abroad (FR): a supervisor must allow the call first")
    sue.texts("allow {code}").reads("can be called now")
    amy.reads("Sue Tran allowed calls to")
    amy.resolves()


def test_a_number_from_a_new_area_code_needs_consent_and_a_supervisor_may_enter_it(desk: ScenarioDesk) -> None:
    leaves_a_message(desk, NEW_AREA)
    amy = desk.phone_of("Amy")
    amy.reads("(357) 555-1234 (new area code: not allowed yet)")
    desk.phone_of("Sue").reads("(357) 555-1234, a number with an area code that we do not know")
    enters_number(desk, "357 555 1234")
    assert (desk.calls()[0].customer_number, desk.callback.consented_by) == (NEW_AREA, "sue@example.com")
    amy.resolves()


def test_a_territory_of_the_united_states_is_called_like_any_other_number(desk: ScenarioDesk) -> None:
    leaves_a_message(desk, PUERTO_RICO)
    amy = desk.phone_of("Amy")
    amy.reads("call (787) 555-0123 back")
    amy.resolves()


def test_a_territory_needs_consent_where_the_desk_file_says_so(
    open_desk: Callable[..., ScenarioDesk],
) -> None:
    desk = open_desk("2026-11-28T22:12", numbers={"called_without_consent": ["US", "CA"]})
    leaves_a_message(desk, PUERTO_RICO)
    amy = desk.phone_of("Amy")
    amy.reads("(787) 555-0123 (abroad, PR: not allowed yet)")
    desk.phone_of("Sue").reads("a number abroad (PR)")
    amy.resolves()


@pytest.mark.parametrize(("language", "read"), [("en", "ext. 204"), ("fr", "poste 204")])
def test_an_extension_is_kept_shown_and_dialed_after_the_pause(desk: ScenarioDesk, language: str, read: str) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", language))
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    enters_number(desk, "514 555-0142 poste 204")
    amy.texts("{code}").reads(f"(514) 555-0142 {read}")
    amy.texts("call {code}").reads("1")
    amys = amy.is_rung().answers().hears("2, 0, 4").presses("1")
    switchboard = desk.customer("+15145550142").is_rung().answers()
    amys.is_connected_to(switchboard)
    switchboard.hears("keys 204").hangs_up()
    amys.hears("1").presses("1").is_hung_up_on()


# Language


def test_the_direct_line_offers_french_and_the_call_stays_in_it(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Pour le service en français, appuyez sur le 9").presses("9")
    call.hears("Laissez un message").hears_the_beep().says(8).presses("#").hears("Merci").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("(direct line, in French")
    amy.resolves()
    (row,) = desk.calls()
    assert (row.language, row.language_chosen) == ("fr", True)
    assert desk.log_says("chose French")


def test_who_chooses_nothing_goes_on_at_once(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    assert "French" not in desk.phone_of("Amy").reads("(direct line")
    desk.phone_of("Amy").resolves()
    assert not desk.calls()[0].language_chosen


def test_a_wrong_key_is_no_dead_end(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("appuyez sur le 9").presses("5")
    call.hears("leave a message").hangs_up()
    assert desk.callbacks() == []


def test_a_page_by_phone_says_which_language_the_customer_chose(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("toll-free").hears("appuyez sur le 9").presses("9").hears("soutien").presses("1")
    call.hears_the_beep().says(8).presses("#").hears("Merci").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("in French")
    desk.scenario.minutes_pass(2.5)
    page = amy.is_rung().answers().hears("The customer speaks French").presses("2").hears("confirm").presses("1")
    page.hears("is yours").is_hung_up_on()
    amy.resolves()


def test_in_support_hours_french_is_offered_as_well(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials("direct").hears("appuyez sur le 9").presses("9").hears("Veuillez rester en ligne")
    amys = desk.phone_of("Amy").is_rung().answers().hears("Press 1").presses("1")
    amys.is_connected_to(call)
    call.hangs_up()


# A technician's own phone


def test_a_technicians_phone_hears_what_waits_and_is_called_and_connected(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    call = amy.dials("direct").hears("Callbacks waiting for you: 1. The most urgent is").hears("press 2")
    call.presses("5").hears("The most urgent is").presses("2").hears("We are calling you").is_hung_up_on()
    spoken = " ".join(heard.text for heard in call.leg.heard)
    assert "due by 10:42 p.m." in spoken
    assert "0199" not in spoken  # the number of whoever calls can be forged
    assert desk.callback.owner_id is None
    amys = amy.is_rung().answers().hears("Press 1 to be connected to (514) 555-0199").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers).waits(20).hangs_up()
    assert desk.callback.owner is not None
    amy.reads("how did the call to (514) 555-0199 go")
    amy.resolves()
    assert len(desk.callbacks()) == 1


def test_le_telephone_d_un_technicien_entend_ce_qui_l_attend(desk: ScenarioDesk) -> None:
    speaks_french(desk, "Amy Roy")
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("rappelez le (514) 555-0199")
    call = amy.dials("toll-free").hears("Rappels qui vous attendent : 1. Le plus urgent est").presses("2")
    call.hears("Nous vous appelons à ce numéro").is_hung_up_on()
    amys = amy.is_rung().answers().hears("mis en communication avec le (514) 555-0199").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers).waits(20).hangs_up()
    amy.reads("(514) 555-0199")
    amy.resolves("fait")


def test_hanging_up_in_that_menu_wakes_nobody(desk: ScenarioDesk) -> None:
    desk.phone_of("Amy").dials("direct").hears("No callback is waiting for you").hangs_up()
    desk.phone_of("Ben").dials("direct").hears("Press 9").waits(60).is_hung_up_on()
    desk.scenario.minutes_pass(40)
    assert desk.callbacks() == []
    assert {call.outcome for call in desk.calls()} == {CallOutcome.TECHNICIAN}


def test_a_technician_goes_on_as_a_customer_and_is_called_back_like_one(desk: ScenarioDesk) -> None:
    ben = desk.phone_of("Ben")
    call = ben.dials("direct").hears("Press 9").presses("9").hears("Thank you for calling").hears_the_beep()
    call.says(8).presses("#").hears("Your reference is").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0102 back")
    amy.resolves()


def test_a_number_that_is_not_verified_is_a_customers(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, cleo: setattr(cleo, "verified_at", None), "Cleo Martin")
    desk.phone_of("Cleo").dials("direct").hears("Thank you for calling").hears("leave a message").hangs_up()
    desk.phone_of("Sue").reads("nobody is on call: manager")
    assert desk.callbacks() == []
