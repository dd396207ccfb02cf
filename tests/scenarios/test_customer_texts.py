"""Texts to and from customers, in both languages, on one Saturday night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from callbacks.acts.base import Requester, Via, perform
from callbacks.acts.closing import Cancel
from callbacks.db.states import CallbackState, Role
from callbacks.text.gsm7 import fits
from ivr.simulator import Fault, FaultKind, Habit, Place
from ivr.simulator.phones import SmsHabit
from tests.scenarios.conftest import (
    CUSTOMER,
    CUSTOMER_TEXTS,
    NO_CUSTOMER_TEXTS,
    POSTGRES_IN_SOAK,
    SATURDAY_NIGHT,
    TUESDAY_MORNING,
    ScenarioDesk,
)

pytestmark = POSTGRES_IN_SOAK
IN_TEN_MINUTES = timedelta(minutes=10, seconds=40)

Opens = Callable[..., ScenarioDesk]


@pytest.fixture
def night(open_desk: Opens) -> ScenarioDesk:
    """A Saturday night on which customers are texted."""
    return open_desk(SATURDAY_NIGHT, customer_texts=CUSTOMER_TEXTS)


def a_receipt_is_read(night: ScenarioDesk) -> str:
    night.leaves_a_message()
    night.phone_of("Amy").reads("call (514) 555-0199 back by 10:42 p.m.")
    words = night.customer().reads("Support desk: we got your message.", "by 10:42 p.m.", "NOCALL")
    assert f"Reference {night.callback.reference}." in words
    assert fits(words)
    return words


def tries_in_vain(night: ScenarioDesk) -> None:
    amy = night.phone_of("Amy")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    night.customer().is_rung().lets_it_ring()
    amys.hears("no answer").hears("How did it go").presses("4").is_hung_up_on()


def to_customer(night: ScenarioDesk) -> list[str]:
    return [text.body for text in night.carrier.ledger.messages if text.to == CUSTOMER]


# The receipt


def test_a_caller_reads_the_reference_and_the_time(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.phone_of("Amy").texts("{code}").reads("is yours")
    assert night.log_says("desk texted the customer Support desk: we got your message")
    night.phone_of("Amy").resolves()
    night.scenario.minutes_pass(5)
    assert len(to_customer(night)) == 1


def test_a_caller_who_chose_french_reads_it_in_french(night: ScenarioDesk) -> None:
    call = (
        night.customer()
        .dials("toll-free")
        .hears("en français, appuyez sur le 9")
        .presses("9")
        .hears("appuyez sur le 1")
    )
    call.presses("1").hears_the_beep().says(8).presses("#").is_hung_up_on()
    night.phone_of("Amy").reads("in French")
    words = night.customer().reads("Support desk: nous avons votre message.", "avant 22 h 42", "PAS D'APPEL")
    assert fits(words)
    night.phone_of("Amy").texts("{code}").reads("is yours")
    night.customer().texts("pas d'appel").reads("c'est noté, plus besoin de vous rappeler")
    night.phone_of("Amy").reads("asks for no call back")


def test_whoever_waited_in_support_hours_and_hung_up_reads_that_the_call_was_missed(open_desk: Opens) -> None:
    day = open_desk(TUESDAY_MORNING, customer_texts=CUSTOMER_TEXTS)
    call = day.customer().dials("direct").hears("Please hold")
    day.phone_of("Amy").is_rung()
    call.waits(24).hangs_up()
    day.customer().reads("Support desk: we missed your call.", "by 11:00 a.m.")
    day.scenario.ignore_so_far()


@pytest.mark.parametrize(
    ("key", "words"), [(None, "thank you for your call. Reference"), ("9", "merci de votre appel. Référence")]
)
def test_whoever_hangs_up_at_the_beep_reads_of_no_message(night: ScenarioDesk, key: str | None, words: str) -> None:
    call = night.customer().dials("direct")
    if key is not None:
        call.hears("appuyez sur le 9").presses(key)
    call.hears_the_beep().hangs_up()
    read = night.customer().reads(words)
    assert "message" not in read
    assert fits(read)
    night.scenario.ignore_so_far()


@pytest.mark.parametrize("number", ["+33142685300", "+442079460000"])
def test_a_number_that_needs_consent_gets_no_text(night: ScenarioDesk, number: str) -> None:
    call = night.customer(number).dials("direct").hears("leave a message").hears_the_beep()
    call.says(8).presses("#").hears("Your reference is").is_hung_up_on()
    night.phone_of("Amy").reads("not allowed yet")
    night.phone_of("Sue").reads("ALLOW")
    night.customer(number).texts("my number is good")
    night.phone_of("Amy").reads('texts: "my number is good"')
    night.scenario.minutes_pass(2)
    assert [text for text in night.carrier.ledger.messages if text.to == number] == []


def test_a_withheld_or_toll_free_caller_gets_no_text(night: ScenarioDesk) -> None:
    for caller_id in ("anonymous", "+18005550199"):
        call = night.customer().dials("direct", caller_id=caller_id).hears("leave a message").hears_the_beep()
        call.says(8).presses("#").hears("Your reference is").is_hung_up_on()
    night.scenario.minutes_pass(1)
    staff = {f"+1514555010{n}" for n in range(1, 5)}
    assert {text.to for text in night.carrier.ledger.messages} <= staff
    night.scenario.ignore_so_far()


def test_where_the_desk_switched_receipts_off_nobody_gets_one(open_desk: Opens) -> None:
    night = open_desk(SATURDAY_NIGHT, customer_texts=NO_CUSTOMER_TEXTS)
    night.leaves_a_message()
    night.phone_of("Amy").reads("call (514) 555-0199 back by 10:42 p.m.")
    night.scenario.minutes_pass(1)
    night.customer().reads_nothing()


# The carrier says no


def test_a_landline_is_found_out_once_and_not_texted_again(night: ScenarioDesk) -> None:
    night.customer().phone.sms_habit = SmsHabit.LANDLINE
    night.leaves_a_message()
    night.scenario.minutes_pass(1)
    assert night.log_says("carrier could not text the customer Not delivered: this is a landline")
    night.leaves_a_message()
    night.scenario.minutes_pass(1)
    assert len(to_customer(night)) == 1
    night.scenario.ignore_so_far()


@pytest.mark.parametrize(
    ("habit", "cause"), [(SmsHabit.STOPPED, "sent STOP"), (SmsHabit.NO_TEXTS, "cannot receive texts")]
)
def test_a_refusal_for_good_ends_it_and_the_pages_go_on(night: ScenarioDesk, habit: SmsHabit, cause: str) -> None:
    night.customer().phone.sms_habit = habit
    night.leaves_a_message()
    night.phone_of("Amy").reads("call (514) 555-0199 back")
    night.phone_of("Amy").texts("{code}").reads("is yours")
    assert night.log_says(cause)
    night.scenario.minutes_pass(5)
    assert to_customer(night) == []


def test_stop_is_obeyed_until_start(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.customer().texts("STOP")
    night.customer().texts("hello?")  # Twilio would refuse an answer, and say so in its debugger
    night.phone_of("Amy").reads('texts: "hello?"')
    night.phone_of("Amy").texts("na {code}").reads("no answer")
    night.scenario.minutes_pass(2)
    assert len(to_customer(night)) == 1
    night.customer().texts("START").texts("me again").reads("thank you")
    night.phone_of("Amy").reads('texts: "me again"', within=IN_TEN_MINUTES)


@pytest.mark.parametrize("fault", ["answer lost", "500 but done", "report first"])
def test_an_answer_that_is_lost_doubles_nothing(night: ScenarioDesk, fault: str) -> None:
    night.carrier.faults.add(_fault_on_customer(fault))
    a_receipt_is_read(night)
    night.phone_of("Amy").texts("{code}").reads("is yours")
    night.scenario.minutes_pass(9)
    assert len(to_customer(night)) == 1


def test_a_request_that_never_arrived_is_sent_again_once_the_carrier_does_not_know_it(night: ScenarioDesk) -> None:
    night.carrier.faults.add(_fault_on_customer("refused connection"))
    night.leaves_a_message()
    night.phone_of("Amy").reads("call (514) 555-0199 back")
    night.customer().reads("we got your message", within=timedelta(minutes=3))
    night.phone_of("Amy").texts("{code}").reads("is yours")
    night.scenario.minutes_pass(5)
    assert len(to_customer(night)) == 1


def test_while_texts_are_refused_no_receipt_is_tried_and_an_old_one_is_dropped(night: ScenarioDesk) -> None:
    night.fails("messages", "account", times=100_000)
    night.leaves_a_message()
    amys = night.phone_of("Amy").is_rung().answers().hears("Press 1").presses("2").hears("confirm").presses("1")
    amys.hears("is yours")
    night.scenario.minutes_pass(21)
    night.carrier.faults.clear()
    night.scenario.minutes_pass(5)
    assert to_customer(night) == []
    assert night.log_says("could not text the customer It could not be sent in time.")
    night.scenario.ignore_so_far()


# An attempt in vain


def test_after_an_attempt_in_vain_the_customer_reads_when_and_what_comes_next(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    tries_in_vain(night)
    words = night.customer().reads(
        "we tried to call you at 10:1", "We plan to try again around 10:", within=timedelta(minutes=1)
    )
    assert fits(words)
    night.scenario.minutes_pass(10)
    assert len(to_customer(night)) == 2


def test_by_a_technicians_word_too_and_once_for_each_attempt(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.phone_of("Amy").texts("na {code}").reads("no answer")
    night.customer().reads("we tried to call you")
    night.scenario.minutes_pass(16)
    night.phone_of("Amy").reads("time to call")
    night.phone_of("Amy").texts("msg {code}").reads("message")
    night.customer().reads("we tried to call you")


@pytest.mark.parametrize("outcome", ["cont", "wrong"])
def test_not_when_they_were_reached_or_the_number_is_wrong(night: ScenarioDesk, outcome: str) -> None:
    a_receipt_is_read(night)
    night.phone_of("Amy").texts("{code}").reads("is yours")
    night.phone_of("Amy").texts(f"{outcome} {{code}}").reads("")
    night.scenario.minutes_pass(5)
    assert len(to_customer(night)) == 1
    night.scenario.ignore_so_far()


def test_not_when_a_machine_answered_and_the_technician_spoke_to_them_after_all(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.customer().phone.habit = Habit.VOICEMAIL
    amy = night.phone_of("Amy")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    night.customer().is_rung(within=timedelta(minutes=1))
    night.scenario.seconds_pass(40)
    amys.hangs_up()
    amy.reads("How did", within=timedelta(minutes=2))
    night.scenario.minutes_pass(1)
    assert len(to_customer(night)) == 1
    amy.texts("cont {code}").reads("stays open")
    night.scenario.minutes_pass(5)
    assert len(to_customer(night)) == 1


# What the customer texts


def test_a_reply_joins_the_callback_and_its_owner_reads_it_at_most_every_ten_minutes(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    amy, customer = night.phone_of("Amy"), night.customer()
    amy.texts("{code}").reads("is yours")
    customer.texts("It is the mail server in Laval.").reads(f"We added your text to {night.callback.reference}")
    amy.reads("the customer of", 'texts: "It is the mail server in Laval."', "CALL", "connects you")
    customer.texts("Use the back door.")
    customer.texts("Ask for Lea.")
    night.scenario.minutes_pass(4)
    amy.reads_nothing()
    amy.reads("reminder", within=IN_TEN_MINUTES)
    amy.reads('"Use the back door." / "Ask for Lea."', within=IN_TEN_MINUTES)
    assert night.log_says('caller texted (514) 555-0199: "Use the back door."')
    assert (night.callback.state, night.callback.attempted_at) == (CallbackState.OPEN, None)
    night.scenario.ignore_so_far()


def test_before_anybody_has_it_whoever_was_paged_last_reads_it(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.scenario.minutes_pass(2.5)
    night.phone_of("Amy").is_rung().lets_it_ring()
    night.scenario.minutes_pass(2.5)
    night.phone_of("Ben").reads("call (514) 555-0199 back", within=timedelta(minutes=1))
    night.customer().texts("still down").reads("thank you")
    night.phone_of("Ben").reads('texts: "still down"')
    night.phone_of("Ben").texts("{code}").reads("is yours")
    night.phone_of("Amy").reads("Ben Cole has")


def test_a_technician_who_texts_a_code_is_no_customer(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.phone_of("Amy").texts("{code}").reads("is yours")
    assert night.callback.owner is not None
    assert not night.log_says("caller texted")


def test_a_flood_of_texts_reaches_nobody_after_the_first_ones(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.phone_of("Amy").texts("{code}").reads("is yours")
    for number in range(45):
        night.customer().texts(f"flood {number}")
    night.scenario.minutes_pass(25)
    assert len([line for line in night.log() if "flood" in line and "caller" in line]) == 30
    told = [page for page in night.pages() if page.kind.value == "customer text"]
    assert len(told) == 2
    night.scenario.ignore_so_far()


# No call needed


def test_who_needs_no_call_says_so_the_pages_go_on_and_a_supervisor_decides(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    night.customer().texts("No call").reads("noted, you no longer need a call", "may still call to make sure")
    night.phone_of("Amy").reads("asks for no call back", "have a supervisor cancel it")
    night.scenario.minutes_pass(2.6)
    night.phone_of("Amy").is_rung().answers().hears("asked by text for no call back").hangs_up()
    night.phone_of("Ben").reads("Customer asks to cancel.", within=timedelta(minutes=4))
    callback = night.callback
    assert (callback.state, callback.attempted_at) == (CallbackState.OPEN, None)
    assert night.log_says('caller asked by text for no call back (514) 555-0199: "No call"')
    sue = Requester("sue@example.com", Via.CONSOLE, Role.SUPERVISOR, None)
    act, desk = Cancel("The customer asked by text for no call back."), night.service.desk
    night.service.database.write(lambda session: perform(session, desk, callback.id, act, sue, night.now))
    night.customer().reads(f"we closed {night.callback.reference}, as you asked", "We will not call you back")
    for name in ("Amy", "Ben"):
        night.phone_of(name).reads("has cancelled")
    night.scenario.minutes_pass(40)


def _fault_on_customer(kind: str) -> Fault:
    return Fault(Place.MESSAGES, FaultKind(kind), 1, match=CUSTOMER.removeprefix("+"))


# Closed automatically

A_WEEK_LATER, THAT_NIGHT, MONDAY = "2026-12-04T08:29", "2026-12-05T22:00", "2026-12-07T08:29"


def closes_after_three_attempts(night: ScenarioDesk) -> None:
    amy = night.phone_of("Amy")
    amy.texts("{code}").reads("is yours")
    for _ in range(3):
        amy.texts("na {code}").reads("")
        night.scenario.minutes_pass(2)
    night.clock_moves_to(A_WEEK_LATER)
    night.customer().ignore_so_far()
    night.scenario.minutes_pass(3)
    assert night.callback.state is CallbackState.CLOSED
    for name in ("Amy", "Ben", "Sue"):
        night.phone_of(name).ignore_so_far()


def test_a_customer_reads_that_it_closed_and_an_answer_reopens_it(night: ScenarioDesk) -> None:
    a_receipt_is_read(night)
    closes_after_three_attempts(night)
    reference = night.callback.reference
    night.customer().reads(f"we tried to reach you 3 times about {reference} and have closed it. Reply to reopen it.")
    night.customer().texts("Sorry, I was away").reads(f"We added your text to {reference}")
    night.phone_of("Amy").reads(f"reopened {reference} (Sorry, I was away). It is yours: call")
    assert night.callback.state is CallbackState.OPEN
    night.scenario.ignore_so_far()


def test_in_french_and_at_night_nobody_is_woken_for_the_answer(night: ScenarioDesk) -> None:
    call = night.customer().dials("direct").hears("appuyez sur le 9").presses("9")
    call.hears_the_beep().says(8).presses("#").hears("Merci").hangs_up()
    night.phone_of("Amy").reads("in French")
    closes_after_three_attempts(night)
    reference = night.callback.reference
    night.customer().reads(f"nous avons tenté de vous joindre 3 fois au sujet de {reference}", "pour le rouvrir.")
    night.clock_moves_to(THAT_NIGHT)
    night.scenario.minutes_pass(1)
    night.customer().texts("J'étais en vacances").reads("merci. Nous avons ajouté votre texto")
    night.scenario.minutes_pass(60)
    assert [person.unexpected() for person in (night.phone_of("Amy"), night.phone_of("Ben"))] == [[], []]
    night.clock_moves_to(MONDAY)
    night.scenario.minutes_pass(2)
    night.phone_of("Amy").reads(f"reopened {reference} (J'étais en vacances)")
    night.scenario.ignore_so_far()
