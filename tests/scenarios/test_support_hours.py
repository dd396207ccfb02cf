"""Calls in support hours: technicians are rung one after the other, and nobody who waited for one is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import pytest

from callbacks.db.states import CallbackOrigin, CallOutcome
from ivr.rehearsal.scenario import Person, PhoneCall
from ivr.simulator.phones import Habit, Leg
from ivr.simulator.twiml import dial
from ivr.simulator.twiml.context import CallEnded, Context, VerbRun
from tests.scenarios.conftest import POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

FRIDAY_BEFORE_CLOSING = "2026-11-20T17:50"
OTHER_CUSTOMER = "+15145550188"


@pytest.fixture
def desk(open_desk: Callable[[str], ScenarioDesk]) -> ScenarioDesk:
    """A desk on a Tuesday morning."""
    return open_desk(TUESDAY_MORNING)


def amy_takes(call: PhoneCall, amy: Person) -> PhoneCall:
    amys = amy.is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(amys)
    return amys


@pytest.fixture
def amy_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The carrier loses the first technician who presses the key, before the two are connected."""
    connect, lost = dial._dial_queue, list[Leg]()

    def connect_the_second(context: Context, verb: Element, queue: str) -> VerbRun:
        if lost:
            return connect(context, verb, queue)
        lost.append(context.leg)
        raise CallEnded

    monkeypatch.setattr(dial, "_dial_queue", connect_the_second)


@pytest.mark.usefixtures("amy_is_cut_off")
def test_when_the_technician_who_took_the_call_is_lost_the_next_one_is_rung(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold")
    desk.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1").is_hung_up_on()
    call.hears("trying the next technician")
    bens = desk.phone_of("Ben").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(bens).waits(30).hangs_up()
    desk.scenario.minutes_pass(40)
    (only,) = desk.calls()
    assert (only.outcome, only.accepted_by and only.accepted_by.name) == (CallOutcome.ANSWERED, "Ben Cole")
    assert desk.log_says("carrier could not connect the two Amy Roy had taken the call.")


@pytest.mark.usefixtures("amy_is_cut_off")
def test_when_nobody_else_takes_it_the_caller_leaves_a_message(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold")
    desk.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1").is_hung_up_on()
    desk.phone_of("Ben").is_rung().rejects()
    desk.phone_of("Cleo").is_rung().rejects()
    call.hears("All our technicians are busy").hears_the_beep().says(5).presses("#").hears("Thank you")
    desk.phone_of("Amy").reads("call (514) 555-0199 back by 10:30 a.m.", "with a message")
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(40)


def test_a_technician_in_a_conversation_is_not_rung_for_the_next_caller(desk: ScenarioDesk) -> None:
    first = desk.customer().dials("direct").hears("Please hold")
    amys = amy_takes(first, desk.phone_of("Amy"))
    second = desk.customer(OTHER_CUSTOMER).dials("direct").hears("Please hold")
    bens = desk.phone_of("Ben").is_rung(timedelta(seconds=5)).answers().hears("Press 1 to take it").presses("1")
    second.is_connected_to(bens)
    first.hangs_up()
    amys.hears("To have this followed up").hangs_up()
    third = desk.customer("+15145550177").dials("direct").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung(timedelta(seconds=5)).answers().hears("Press 1 to take it").presses("1")
    third.is_connected_to(amys).waits(5).hangs_up()
    second.hangs_up()
    desk.scenario.minutes_pass(40)


def test_a_phone_that_rings_for_one_caller_is_not_rung_for_another(desk: ScenarioDesk) -> None:
    first = desk.customer().dials("direct").hears("Please hold")
    amys = desk.phone_of("Amy").is_rung()
    second = desk.customer(OTHER_CUSTOMER).dials("direct").hears("Please hold")
    bens = desk.phone_of("Ben").is_rung(timedelta(seconds=5)).answers().hears("Press 1 to take it").presses("1")
    second.is_connected_to(bens)
    first.is_connected_to(amys.answers().hears("Press 1 to take it").presses("1")).hangs_up()
    second.hangs_up()
    desk.scenario.minutes_pass(40)


def test_a_technician_who_hears_a_page_is_not_rung_for_a_caller(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold")
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).is_rung().rejects()
    call.hears("All our technicians are busy").hears_the_beep().says(5).presses("#").hears("Thank you")
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    paged = amy.is_rung(timedelta(minutes=4)).answers().hears("This is")
    second = desk.customer(OTHER_CUSTOMER).dials("direct").hears("Please hold")
    bens = desk.phone_of("Ben").is_rung(timedelta(seconds=5)).answers().hears("Press 1 to take it").presses("1")
    second.is_connected_to(bens).hangs_up()
    paged.hangs_up()
    amy.resolves()
    desk.scenario.minutes_pass(40)


def test_a_technician_who_is_connected_to_a_customer_is_not_rung_for_another(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold")
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).is_rung().rejects()
    call.hears("All our technicians are busy").hears_the_beep().says(5).presses("#").hears("Thank you")
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("rings now")
    amys = amy.is_rung().answers().hears("Press 1").presses("1")
    customers = desk.customer().is_rung().answers()
    customers.is_connected_to(amys)
    second = desk.customer(OTHER_CUSTOMER).dials("direct").hears("Please hold")
    bens = desk.phone_of("Ben").is_rung(timedelta(seconds=5)).answers().hears("Press 1 to take it").presses("1")
    second.is_connected_to(bens).hangs_up()
    customers.hangs_up()
    amys.hears("How did it go").presses("1").hears("Resolved")
    desk.scenario.minutes_pass(40)


# A message instead, and honest words


@pytest.mark.parametrize("key", ["0", "#"])
def test_at_any_moment_a_key_leads_to_the_message_and_nobody_is_rung_any_more(desk: ScenarioDesk, key: str) -> None:
    call = desk.customer().dials("direct").hears("Please hold").hears("calling a technician")
    amys = desk.phone_of("Amy").is_rung()
    call.presses(key).hears("Please leave a message").hears_the_beep()
    desk.scenario.seconds_pass(2)
    amys.is_hung_up_on()
    call.says(5).presses("#").hears("Thank you")
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:30 a.m.", "with a message")
    amy.resolves()
    desk.scenario.minutes_pass(40)


def test_the_wait_and_the_way_out_in_french(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    call = desk.customer().dials("direct").presses("9").hears("Veuillez rester en ligne")
    amys = desk.phone_of("Amy").is_rung()
    call.hears("appuyez sur le 0 à tout moment")
    amys.answers().hears("Appel de soutien, ligne directe").hears("Appuyez sur le 1").presses("1")
    call.is_connected_to(amys).hangs_up()
    desk.scenario.minutes_pass(40)


def test_a_caller_waits_for_a_technician_who_is_on_another_call(desk: ScenarioDesk) -> None:
    conversations = []
    for number, name in ((OTHER_CUSTOMER, "Amy"), ("+15145550177", "Ben"), ("+15145550166", "Cleo")):
        first = desk.customer(number).dials("direct").hears("Please hold")
        theirs = desk.phone_of(name).is_rung().answers().hears("Press 1 to take it").presses("1")
        conversations.append(first.is_connected_to(theirs))
    call = desk.customer().dials("direct").hears("on other calls").hears("You are next.")
    later = desk.customer("+15145550155").dials("direct").hears("One caller is ahead of you.")
    conversations[1].hangs_up()
    bens = desk.phone_of("Ben").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(bens).hangs_up()
    later.presses("0").hears("leave a message").hangs_up()
    conversations[0].hangs_up()
    conversations[2].hangs_up()
    desk.scenario.ignore_so_far()


def test_a_private_voicemail_takes_no_call(desk: ScenarioDesk) -> None:
    amys, bens = (desk.phone_of(name).phone for name in ("Amy", "Ben"))
    amys.habit, amys.voicemail_after = Habit.VOICEMAIL, timedelta(seconds=5)
    call = desk.customer().dials("direct").hears("Please hold")
    desk.phone_of("Amy").is_rung()
    call.hears("trying the next technician")
    taken = desk.phone_of("Ben").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(taken).hangs_up()
    taken.hears("To have this followed up").hangs_up()
    assert bens.legs[-1].state == "ended"
    desk.scenario.minutes_pass(40)


# The order


def with_order(open_desk: Callable[..., ScenarioDesk], order: str) -> ScenarioDesk:
    ringing = {"order": order, "each": "20s", "longest_hunt": "90s", "missed_after": "20s"}
    return open_desk(TUESDAY_MORNING, ringing=ringing)


def test_together_all_phones_ring_and_the_first_key_gets_the_caller(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = with_order(open_desk, "together")
    call = desk.customer().dials("direct").hears("Please hold")
    amys, bens, cleos = (desk.phone_of(name).is_rung() for name in ("Amy", "Ben", "Cleo"))
    amys.answers().hears("Press 1 to take it")
    bens.answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(bens)
    cleos.is_hung_up_on()
    amys.presses("1").hears("Somebody else has taken the call").is_hung_up_on()
    call.waits(20).hangs_up()
    desk.scenario.minutes_pass(40)
    (only,) = desk.calls()
    assert (only.outcome, only.accepted_by and only.accepted_by.name) == (CallOutcome.ANSWERED, "Ben Cole")


def test_together_nobody_takes_it_and_the_caller_leaves_a_message(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = with_order(open_desk, "together")
    call = desk.customer().dials("direct").hears("Please hold")
    for phone in [desk.phone_of(name).is_rung() for name in ("Amy", "Ben", "Cleo")]:
        phone.rejects()
    call.hears("All our technicians are busy").hears_the_beep().says(5).presses("#").hears("Thank you")
    desk.scenario.ignore_so_far()


def test_the_longest_idle_is_rung_first(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = with_order(open_desk, "longest idle")
    for number, name in (
        (OTHER_CUSTOMER, "Amy"),
        ("+15145550177", "Ben"),
        ("+15145550166", "Cleo"),
        ("+15145550155", "Amy"),
    ):
        call = desk.customer(number).dials("direct").hears("Please hold")
        theirs = desk.phone_of(name).is_rung().answers().hears("Press 1 to take it").presses("1")
        call.is_connected_to(theirs).hangs_up()
        desk.scenario.minutes_pass(1)


# Missed calls


def waits_and_hangs_up(desk: ScenarioDesk) -> None:
    """Amy does not answer, and the caller gives up while Ben's phone rings, after some 25 seconds."""
    call = desk.customer().dials("direct").hears("Please hold")
    desk.phone_of("Amy").is_rung().lets_it_ring()
    desk.phone_of("Ben").is_rung()
    call.hangs_up()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("call (514) 555-0199 back by 11:00 a.m.", "direct line, missed call")),
        ("fr", ("rappelez le (514) 555-0199 avant 11 h", "appel manqué")),
    ],
)
def test_a_caller_who_waited_and_hung_up_is_called_back(
    desk: ScenarioDesk, language: str, words: tuple[str, ...]
) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", language))
    began = desk.now
    waits_and_hangs_up(desk)
    amy = desk.phone_of("Amy")
    amy.reads(*words)
    assert [each.outcome for each in desk.calls()] == [CallOutcome.MISSED]
    assert (desk.callback.origin, desk.callback.due_at) == (CallbackOrigin.MISSED_CALL, began + timedelta(hours=1))
    assert desk.log_says("caller waited for a technician and hung up 2")
    amy.resolves()
    desk.scenario.minutes_pass(70)


def test_a_caller_who_hangs_up_soon_is_only_logged(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("Please hold").waits(15)
    desk.phone_of("Amy").is_rung()
    call.hangs_up()
    desk.scenario.minutes_pass(40)
    assert desk.callbacks() == []
    assert [each.outcome for each in desk.calls()] == [CallOutcome.HUNG_UP_BEFORE_THE_BEEP]


def test_the_desk_file_says_how_long_a_caller_waits_before_it_is_a_missed_call(
    open_desk: Callable[..., ScenarioDesk],
) -> None:
    ringing = {"each": "20s", "longest_hunt": "90s", "missed_after": "5s"}
    desk = open_desk(TUESDAY_MORNING, ringing=ringing)
    call = desk.customer().dials("direct").hears("Please hold").waits(10)
    desk.phone_of("Amy").is_rung()
    call.hangs_up()
    desk.phone_of("Amy").reads("missed call")
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(10)


def test_a_late_report_of_the_end_does_not_lengthen_the_wait(desk: ScenarioDesk) -> None:
    desk.fails("status", "late")
    call = desk.customer().dials("direct").hears("Please hold").waits(15)
    desk.phone_of("Amy").is_rung()
    call.hangs_up()
    desk.scenario.minutes_pass(5)
    assert desk.callbacks() == []


def test_a_missed_call_whose_end_no_webhook_reports_is_found_at_the_carrier(desk: ScenarioDesk) -> None:
    desk.fails("status", "lost")
    waits_and_hangs_up(desk)
    desk.phone_of("Amy").reads("missed call", within=timedelta(minutes=6))
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(10)


def test_a_missed_call_of_friday_evening_wakes_nobody_before_monday(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(FRIDAY_BEFORE_CLOSING)
    amy, ben, cleo, sue = (desk.phone_of(name) for name in ("Amy", "Ben", "Cleo", "Sue"))
    waits_and_hangs_up(desk)
    assert desk.callback.due_at == datetime(2026, 11, 23, 14, 20, tzinfo=UTC)  # Monday, 9:20 at the desk
    amy.reads("missed call")
    amy.is_rung(timedelta(minutes=4)).lets_it_ring()
    ben.reads("missed call", within=timedelta(minutes=6))
    ben.is_rung(timedelta(minutes=4)).rejects()
    assert desk.callback.next_action_at == datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # Monday, 8:30 at the desk
    desk.scenario.minutes_pass(60)
    desk.clock_moves_to("2026-11-23T08:25")
    desk.scenario.minutes_pass(4.5)
    for person in (amy, ben, cleo, sue):
        assert person.unexpected() == []
    cleo.is_rung(timedelta(minutes=12)).rejects()
    desk.scenario.ignore_so_far()
    cleo.resolves()
    desk.scenario.ignore_so_far()
