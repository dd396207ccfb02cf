"""What counts as an attempt to reach the customer, and what does not: Amy's phone, the customer's and the log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.db.states import AttemptProof, CallbackState, PageKind, ReachOutcome
from ivr.simulator import Habit
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
SOON = timedelta(seconds=60)


def proofs(desk: ScenarioDesk) -> list[tuple[ReachOutcome, AttemptProof]]:
    return [(attempt.outcome, attempt.proof) for attempt in desk.attempts()]


def legs_to_the_customer(desk: ScenarioDesk) -> list[str]:
    return [str(call.status) for call in desk.carrier.ledger.calls if call.to == CUSTOMER]


# The customer's phone has to ring


@pytest.mark.parametrize("after", [0.5, 2])
@pytest.mark.parametrize("french", [False, True])
def test_who_hangs_up_before_it_rings_has_not_tried_and_everything_goes_on(
    desk: ScenarioDesk, after: float, french: bool
) -> None:
    if french:
        desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    desk.leaves_a_message()
    amy, customer = desk.phone_of("Amy"), desk.customer()
    customer.phone.habit = Habit.SWITCHED_OFF
    amy.reads("(514) 555-0199")
    amy.texts("appel {code}" if french else "call {code}").reads("Votre téléphone" if french else "Your phone rings")
    amys = amy.is_rung().answers().hears("1").presses("1").waits(after)
    amys.hangs_up()
    if french:
        amy.reads("le téléphone du client n'a pas sonné", "APPEL", within=timedelta(minutes=3))
    else:
        amy.reads("the customer's phone did not ring", "CALL", within=timedelta(minutes=3))
    assert proofs(desk) == [(ReachOutcome.NOT_RUNG, AttemptProof.NONE)]
    assert desk.callback.attempted_at is None
    assert desk.callback.owner is not None
    assert desk.callback.owner.name == "Amy Roy"
    desk.scenario.minutes_pass(12)  # the reminder of an owner who has not called
    assert any(page.kind is PageKind.REMINDER for page in desk.pages())
    desk.scenario.minutes_pass(30)
    assert desk.callback.breached_at == desk.callback.due_at
    assert any(page.technician.name == "Sue Tran" for page in desk.pages())
    desk.scenario.ignore_so_far()


def test_a_second_try_that_rings_keeps_the_promise(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, customer = desk.phone_of("Amy"), desk.customer()
    customer.phone.habit = Habit.SWITCHED_OFF
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amy.is_rung().answers().hears("Press 1 to be connected").presses("1").waits(4).hangs_up()
    amy.reads("did not ring", within=timedelta(minutes=3))
    customer.ignore_so_far()  # the network tried a phone that is switched off
    customer.phone.habit = Habit.RINGS
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = customer.is_rung()
    desk.scenario.seconds_pass(6)
    amys.hangs_up()  # it rang, and nobody picked up
    customers.lets_it_ring()
    amy.reads("how did the call to (514) 555-0199 go", within=SOON)
    assert proofs(desk)[1:] == [(ReachOutcome.NO_ANSWER, AttemptProof.CARRIER)]
    assert desk.callback.attempted_at == desk.attempts()[1].rang_at
    assert desk.callback.breached_at is None
    desk.scenario.minutes_pass(12)  # until the next attempt is due, nobody is texted


def test_reports_that_are_lost_are_asked_for(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    desk.fails("status", "lost", times=99, match="/voice/connect/")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers).waits(20)
    assert proofs(desk) == [(ReachOutcome.DIALING, AttemptProof.NONE)]
    amys.hangs_up()
    amy.reads("how did the call to (514) 555-0199 go", within=timedelta(minutes=3))
    assert proofs(desk) == [(ReachOutcome.REACHED, AttemptProof.CARRIER)]
    desk.scenario.minutes_pass(40)


@pytest.mark.parametrize("french", [False, True])
def test_of_a_number_that_the_network_refuses_nobody_says_that_it_does_not_count(
    desk: ScenarioDesk, french: bool
) -> None:
    if french:
        desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    desk.customer().phone.habit = Habit.NO_SUCH_NUMBER
    amy.reads("(514) 555-0199")
    amy.texts("call {code}").reads("1")
    amys = amy.is_rung().answers().hears("1").presses("1")
    amys.hears("l'appel n'a pas abouti" if french else "the call did not go through").is_hung_up_on()
    amy.reads("FAUX" if french else "WRONG", within=SOON)
    assert proofs(desk) == [(ReachOutcome.WRONG_NUMBER, AttemptProof.CARRIER)]
    heard = " ".join(heard.text for heard in amys.leg.heard)
    assert ("ne compte pas" if french else "not count") not in heard
    assert not desk.log_says("It is no attempt")
    amy.texts("done {code}").reads("")
    desk.customer().ignore_so_far()


def test_a_customer_who_answered_and_heard_nobody_was_not_reached(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    amy.texts("call {code}").reads("Your phone rings now")
    desk.fails("bridge", "false bridge")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    desk.customer().is_rung().answers().is_hung_up_on()
    amys.hears("the customer answered, but you were not connected").hangs_up()
    amy.reads("how did the call to (514) 555-0199 go", within=SOON)
    assert proofs(desk) == [(ReachOutcome.NOT_CONNECTED, AttemptProof.CARRIER)]
    desk.scenario.minutes_pass(15)
    amy.reads("time to call (514) 555-0199 again", "answered, not connected")
    amy.texts("done {code}").reads("is resolved")


# By word


def test_done_without_a_call_asks_back_once(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("done {code}").reads("is not yours. Take it first: reply")
    amy.texts("{code}").reads("is yours")
    amy.texts("done {code}").reads("Did you reach them? DONE", "again, or NA")
    assert desk.callback.state is CallbackState.OPEN
    amy.texts("done {code}").reads("is resolved")
    assert proofs(desk) == [(ReachOutcome.REACHED, AttemptProof.WORD)]
    desk.scenario.minutes_pass(40)


def test_fait_sans_appel_demande_une_fois(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("rappelez le (514) 555-0199")
    amy.texts("fait {code}").reads("n'est pas à vous. Prenez-le d'abord: répondez")
    amy.texts("{code}").reads("est à vous")
    amy.texts("fait {code}").reads("L'avez-vous joint? FAIT", "encore une fois, ou NA")
    amy.texts("na {code}").reads("pas de réponse")
    amy.texts("fait {code}").reads("est réglé")
    assert proofs(desk) == [(ReachOutcome.NO_ANSWER, AttemptProof.WORD)]
    desk.scenario.minutes_pass(40)


# No number


def leaves_a_message_without_a_number(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct", caller_id="anonymous").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").is_hung_up_on()


def test_without_a_number_a_technician_listens_and_writes_down_why(desk: ScenarioDesk) -> None:
    leaves_a_message_without_a_number(desk)
    amy = desk.phone_of("Amy")
    amy.reads("number withheld", "listen to the message")
    amy.texts("{code}").reads("No number to call", "number withheld", "NONE")
    for word in ("na", "msg", "wrong", "call"):
        amy.texts(f"{word} {{code}}").reads("No number to call", "If not: NONE")
    assert desk.attempts() == []
    amy.texts("none {code}").reads("Write why the customer cannot be reached")
    amy.texts("none {code} only says that mail is down").reads("is closed: no way to reach the customer")
    assert desk.callback.state is CallbackState.UNREACHABLE
    assert proofs(desk) == [(ReachOutcome.NOBODY_TO_CALL, AttemptProof.NO_NUMBER)]
    assert desk.log_says("Amy Roy closed it: no way to reach the customer only says that mail is down")
    desk.scenario.minutes_pass(40)
    assert legs_to_the_customer(desk) == []


def test_sans_numero_on_ecoute_et_on_ecrit_pourquoi(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    leaves_a_message_without_a_number(desk)
    amy = desk.phone_of("Amy")
    amy.reads("numéro masqué")
    amy.texts("na {code}").reads("Aucun numéro à composer", "Sinon: AUCUN")
    amy.texts("aucun {code} ne dit pas son nom").reads("est fermé: aucun moyen de joindre le client")
    assert desk.log_says("ne dit pas son nom")
    desk.scenario.minutes_pass(40)


def test_without_a_number_nobody_is_said_not_to_have_called(desk: ScenarioDesk) -> None:
    leaves_a_message_without_a_number(desk)
    amy = desk.phone_of("Amy")
    amy.reads("listen to the message", "NONE", "if it has no number")
    amy.texts("{code}").reads("No number to call")
    desk.scenario.minutes_pass(10)
    amy.reads("nothing is on record. A number in the message? Enter it at the link.")
    desk.scenario.minutes_pass(10)
    amy.reads("nothing is on record")
    desk.scenario.minutes_pass(4)
    assert "has not called" not in desk.phone_of("Ben").reads("listen to the message", "NONE")
    amy.texts("none {code} noise only").reads("is closed")
    desk.scenario.ignore_so_far()


def test_a_page_before_the_desk_knew_that_there_is_no_message_is_taken_back(desk: ScenarioDesk) -> None:
    desk.fails("recording", "lost", times=9)
    desk.fails("lists", "500", times=100)  # nor can the carrier be asked for the recording
    desk.customer().dials("direct", caller_id="anonymous").hears_the_beep().hangs_up()
    amy = desk.phone_of("Amy")
    amy.reads("number withheld", within=timedelta(seconds=75))
    desk.carrier.faults.clear()
    amy.reads("is closed. The caller left neither a number nor a message.", within=timedelta(minutes=4))
    desk.scenario.minutes_pass(40)


def test_a_call_without_a_number_and_without_a_message_wakes_nobody(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct", caller_id="anonymous").hears_the_beep()
    call.hangs_up()
    desk.scenario.minutes_pass(40)
    assert desk.pages() == []
    assert desk.callback.state is CallbackState.UNREACHABLE
    assert desk.log_says("neither a number nor a message")


def test_if_the_report_on_the_recording_is_lost_somebody_is_paged_within_a_minute(desk: ScenarioDesk) -> None:
    desk.fails("recording", "lost", times=9)
    leaves_a_message_without_a_number(desk)
    amy = desk.phone_of("Amy")
    amy.reads("number withheld", within=timedelta(seconds=75))
    amy.texts("none {code} nothing to go by").reads("is closed")
    desk.scenario.minutes_pass(40)


@pytest.mark.parametrize(("caller_id", "fits"), [("anonymous", "NONE"), ("+33142685300", "PASS")])
def test_no_answer_offers_a_call_where_nobody_can_be_called(desk: ScenarioDesk, caller_id: str, fits: str) -> None:
    call = desk.customer().dials("direct", caller_id=caller_id).hears_the_beep().says(8).presses("#")
    call.hears("Thank you").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("the caller")
    answer = amy.texts("hello {code}, what now").reads("Not understood", fits)
    assert "CALL" not in answer
    assert f"NA {amy.code}" not in answer
    desk.scenario.ignore_so_far()
    amy.resolves()
