"""A customer who calls again finds their open callback, and nobody is paged twice for one matter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callbacks.db.states import AttemptProof, CallbackState, PageKind, ReachOutcome
from callbacks.db.tables import JoinedContact
from ivr.rehearsal.scenario import Person, PhoneCall
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

SPELLED = r"[A-Z], [A-Z], \d, \d, \d"


def joined(desk: ScenarioDesk) -> int:
    return desk.service.database.read(lambda session: session.query(JoinedContact).count())


def adds_a_message(desk: ScenarioDesk, key: str = "1", line: str = "direct") -> PhoneCall:
    call = desk.customer().dials(line).hears("You have an open request").presses(key)
    return call.hears("It will be added to your request").hears_the_beep().says(6).presses("#")


def test_three_calls_in_six_minutes_wake_one_person(desk: ScenarioDesk) -> None:
    """In the night that this is told of, four people got 34 pages, though the customer was served after the first."""
    amy = desk.phone_of("Amy")
    desk.leaves_a_message()
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    amy.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(3)
    adds_a_message(desk).hears("Your call was added to").hears("by 10:42 p.m.").is_hung_up_on()
    amy.reads("called again at 10:1", "and left a message")
    desk.scenario.minutes_pass(3)
    adds_a_message(desk).hears("Your call was added to").is_hung_up_on()
    amy.resolves()
    desk.scenario.minutes_pass(60)
    assert (desk.callback.state, joined(desk)) == (CallbackState.RESOLVED, 2)
    pages = [page for page in desk.pages() if page.kind in (PageKind.STEP, PageKind.CALLED_AGAIN)]
    assert [(page.technician.name, page.kind) for page in pages] == [
        ("Amy Roy", PageKind.STEP),
        ("Amy Roy", PageKind.CALLED_AGAIN),
    ]


def test_nobody_has_it_yet_and_the_page_says_how_often_they_called(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    call = desk.customer().dials("direct").hears("Your reference is").hears("We are contacting our technicians")
    call.hears("by 10:42 p.m.").presses("1").hears_the_beep().says(6).presses("#").hears("added to")
    amy.reads("called again at 10:1")
    desk.scenario.minutes_pass(6)
    desk.phone_of("Ben").reads("call (514) 555-0199 back by 10:42 p.m.", "called twice")
    desk.scenario.ignore_so_far()


def test_in_french(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    call = desk.customer().dials("direct").presses("9").hears("Vous avez une demande de rappel en cours")
    call.hears("Un technicien s'en occupe et vous rappellera avant 22 h 42").hears("appuyez sur le 3").presses("1")
    call.hears("Il sera ajouté").hears_the_beep().says(6).presses("#").hears("Votre appel a été ajouté au dossier")
    desk.phone_of("Amy").reads("called again")
    desk.phone_of("Amy").resolves()
    assert joined(desk) == 1


def amy_takes_a_message(desk: ScenarioDesk) -> Person:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(3)
    return amy


def a_forger_dials(desk: ScenarioDesk) -> PhoneCall:
    desk.customer().phone.stir_verstat = "TN-Validation-Failed-C"
    return desk.customer().dials("direct").hears("press any key").presses("1")


def heard_in(call: PhoneCall, *words: str) -> list[str]:
    heard = " ".join(heard.text or "" for heard in call.leg.heard)
    return [each for each in words if each in heard]


def test_whoever_forges_the_number_hears_nothing_of_its_callback_and_has_one_of_their_own(desk: ScenarioDesk) -> None:
    amy = amy_takes_a_message(desk)
    call = a_forger_dials(desk).hears("leave a message").hears("by 10:4").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").is_hung_up_on()
    first, forged = desk.callbacks()
    assert heard_in(call, "open request", *first.reference.split("-"), "by 10:42", "who has it") == []
    assert (joined(desk), forged.owner_id) == (0, None)
    amy.reads("call (514) 555-0199 back by 10:4")
    desk.scenario.ignore_so_far()


def test_en_francais_un_numero_falsifie_n_apprend_rien_de_la_demande(desk: ScenarioDesk) -> None:
    amy = amy_takes_a_message(desk)
    call = a_forger_dials(desk).presses("9").hears("Laissez un message").hears_the_beep().says(8).presses("#")
    call.hears("Merci").is_hung_up_on()
    assert heard_in(call, "en cours", "avant 22 h 42", "qui s'en occupe") == []
    assert (len(desk.callbacks()), joined(desk)) == (2, 0)
    amy.reads("call (514) 555-0199 back by 10:4")
    desk.scenario.ignore_so_far()


def test_whoever_forges_the_number_decides_neither_where_nor_when_its_customer_is_called(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    due_at = desk.callback.due_at
    call = a_forger_dials(desk).hears("leave a message").hears_the_beep().says(8).presses("#").hears("Thank you")
    call.presses("4").hears("number").presses("5145550122#").presses("1")
    call.hears("We will call you at that number").hears("To choose when you are called").presses("5")
    call.hears("when we open, press 1").presses("1").hears("A technician will call you at 8:30").hangs_up()
    first, forged = desk.callbacks()
    assert (first.contact.customer_number, first.due_at, first.held_until) == (CUSTOMER, due_at, None)
    assert forged.contact.customer_number == "+15145550122"
    assert forged.held_until is not None
    desk.scenario.minutes_pass(8)
    paged = {page.technician.name for page in desk.pages() if page.callback_id == first.id}
    assert {"Amy Roy", "Ben Cole"} <= paged
    desk.scenario.ignore_so_far()


def test_a_customer_joins_no_callback_of_somebody_who_forged_their_number(desk: ScenarioDesk) -> None:
    call = a_forger_dials(desk).hears("leave a message").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").hangs_up()
    desk.customer().phone.stir_verstat = "TN-Validation-Passed-A"
    desk.leaves_a_message()
    assert (len(desk.callbacks()), joined(desk)) == (2, 0)
    desk.scenario.ignore_so_far()


def test_something_else_is_a_callback_of_its_own(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    call = desk.customer().dials("direct").hears("If you are calling about something else, press 3").presses("3")
    call.hears("leave a message").hears("by 10:4").hears_the_beep().says(6).presses("#").hears("Your reference is")
    assert (len(desk.callbacks()), joined(desk)) == (2, 0)
    assert desk.log_says("caller called about something else")
    desk.scenario.ignore_so_far()


def test_in_french_late_is_said_honestly_and_something_else_is_a_callback_of_its_own(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    desk.scenario.minutes_pass(31)
    call = desk.customer().dials("direct").presses("9").hears("Nous devions vous rappeler avant 22 h 42")
    call.hears("Si vous appelez pour autre chose, appuyez sur le 3").presses("3")
    call.hears("un technicien vous rappellera avant 23 h 1").hears_the_beep().says(6).presses("#")
    call.hears("Votre numéro de référence est").is_hung_up_on()
    assert (len(desk.callbacks()), joined(desk)) == (2, 0)
    desk.scenario.ignore_so_far()


@pytest.mark.parametrize("key", ["", "9"])
def test_silence_and_a_wrong_key_lead_to_the_message(desk: ScenarioDesk, key: str) -> None:
    desk.leaves_a_message()
    call = desk.customer().dials("direct").hears("You have an open request")
    call = call.presses(key) if key else call
    call.hears("It will be added to your request").hears_the_beep().says(6).presses("#").hears("added to")
    assert joined(desk) == 1
    desk.scenario.ignore_so_far()


def test_the_owner_takes_the_call(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    call = desk.customer().dials("direct").hears("To speak with the technician who has it, press 2").presses("2")
    amys = amy.is_rung().answers().hears("from (514) 555-0199").hears("It is about").presses("1")
    call.is_connected_to(amys).waits(60).hangs_up()
    desk.scenario.minutes_pass(45)
    (attempt,) = desk.attempts()
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.REACHED, AttemptProof.CARRIER)
    assert (desk.callback.breached_at, joined(desk)) == (None, 1)
    assert [page.kind for page in desk.pages()] == [PageKind.STEP, PageKind.LIVE_CALL]


def test_an_owner_who_does_not_answer_and_a_message_instead(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    call = desk.customer().dials("direct").hears("press 2").presses("2")
    amy.is_rung().rejects()
    call.hears("cannot take the call right now").hears("It will be added").hears_the_beep().says(6).presses("#")
    call.hears("added to")
    amy.reads("called again")
    amy.resolves()


def test_a_manager_is_asked_for_and_the_message_follows(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    adds_a_message(desk, key="0").hears("added to")
    (_, again) = desk.calls()
    assert again.wants_manager_at is not None
    desk.scenario.ignore_so_far()


def test_a_customer_who_was_not_reached_calls_back_and_the_owner_is_asked_at_once(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("na {code}").reads("Noted")
    desk.scenario.minutes_pass(2)
    call = desk.customer().dials("direct").hears("We called you at 10:1").hears("did not reach you").presses("1")
    call.hears_the_beep().says(6).presses("#").hears("as soon as possible")
    amy.reads("time to call (514) 555-0199 again", "They called again at 10:1")
    amy.resolves()


def test_late_is_said_honestly(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    desk.scenario.minutes_pass(31)
    call = desk.customer().dials("direct").hears("We promised to call you by 10:42 p.m., and we have not.")
    call.presses("1").hears_the_beep().says(6).presses("#").hears("as soon as possible")
    assert joined(desk) == 1
    desk.scenario.ignore_so_far()


def test_after_it_is_resolved_a_call_is_a_new_callback_and_the_page_says_that_they_called(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.resolves()
    first = desk.callback
    desk.scenario.minutes_pass(20)
    desk.leaves_a_message()
    amy.reads(f"Called today about {first.reference}")
    assert (len(desk.callbacks()), joined(desk)) == (2, 0)
    amy.resolves()


def test_in_support_hours_a_caller_can_stay_on_the_line(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials("direct").hears("Please hold")
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).is_rung().rejects()
    call.hears("All our technicians are busy").hears_the_beep().says(5).presses("#").hears("Thank you")
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    again = desk.customer().dials("direct").hears("Or stay on the line").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung().answers().hears("It is about").presses("1")
    again.is_connected_to(amys).waits(30).hangs_up()
    desk.scenario.minutes_pass(40)
    (attempt,) = desk.attempts()
    assert (attempt.outcome, desk.callback.breached_at, joined(desk)) == (ReachOutcome.REACHED, None, 1)
    desk.scenario.ignore_so_far()
