"""The page reaches somebody, whatever the carrier does; nobody is paged twice for nothing, and nobody is forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.console.callbacks.timeline import timeline_of
from callbacks.db.states import CallbackState, ReachOutcome
from callbacks.db.tables import Callback
from ivr.simulator import Habit, SmsHabit
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


def amy_takes_and_resolves(desk: ScenarioDesk) -> None:
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", within=timedelta(seconds=60))
    amy.texts("{code}").reads("is yours")
    amy.resolves()
    desk.scenario.minutes_pass(40)


def texts_to(desk: ScenarioDesk, number: str) -> int:
    return sum(m.to == number and m.direction == "outbound-api" for m in desk.carrier.ledger.messages)


AMY = "+15145550101"


@pytest.mark.parametrize("reports", ["come", "are lost"])
def test_an_answer_that_was_lost_is_looked_up_and_not_sent_again(desk: ScenarioDesk, reports: str) -> None:
    desk.fails("messages", "answer lost")
    if reports == "are lost":
        desk.fails("message-status", "lost", times=2)
    desk.leaves_a_message()
    amy_takes_and_resolves(desk)
    assert texts_to(desk, AMY) == 1
    assert desk.log_says("answer lost")


def test_a_server_error_that_did_it_all_the_same_is_looked_up(desk: ScenarioDesk) -> None:
    desk.fails("messages", "500 but done")
    desk.leaves_a_message()
    amy_takes_and_resolves(desk)
    assert texts_to(desk, AMY) == 1


@pytest.mark.parametrize("trouble", ["500", "429", "refused connection"])
def test_what_was_not_done_is_sent_again_soon(desk: ScenarioDesk, trouble: str) -> None:
    desk.fails("messages", trouble)
    desk.leaves_a_message()
    amy_takes_and_resolves(desk)
    assert texts_to(desk, AMY) == 1


def test_a_call_whose_answer_was_lost_does_not_ring_twice(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    desk.fails("calls", "answer lost")
    desk.scenario.minutes_pass(2.5)
    amy.is_rung().answers().hears("Press 1 to hear the message").presses("2").hears("To confirm").presses("1")
    amy.resolves()
    desk.scenario.minutes_pass(40)
    assert Counter(call.to for call in desk.carrier.ledger.calls)[AMY] == 1


@pytest.mark.parametrize("habit", [SmsHabit.STOPPED, SmsHabit.LANDLINE, SmsHabit.UNDELIVERED])
def test_a_text_that_can_never_arrive_is_followed_by_a_call_at_once(desk: ScenarioDesk, habit: SmsHabit) -> None:
    desk.phone_of("Amy").phone.sms_habit = habit
    desk.leaves_a_message()
    call = desk.phone_of("Amy").is_rung(timedelta(seconds=20)).answers()
    call.hears("paging Amy Roy").presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    if habit is not SmsHabit.UNDELIVERED:  # off or out of reach passes; the others do not
        desk.phone_of("Sue").reads("Amy Roy cannot be reached by text")
    desk.scenario.minutes_pass(1)
    _tried(desk)
    desk.scenario.minutes_pass(40)


def _tried(desk: ScenarioDesk) -> None:
    """Amy says at the console that she reached the customer, who is not served yet."""
    from callbacks.acts.attempts import record_attempt
    from callbacks.db.database import locked
    from callbacks.people.technicians import technician_named

    now = desk.service.clock.now()
    callback_id = desk.callback.id
    desk.service.database.write(
        lambda s: record_attempt(
            s, locked(s, Callback, callback_id), technician_named(s, "Amy Roy"), ReachOutcome.CONTINUING, "console", now
        )
    )


def test_delivered_never_stops_the_escalation_and_silence_does_not_either(desk: ScenarioDesk) -> None:
    desk.phone_of("Amy").phone.sms_habit = SmsHabit.SILENT
    desk.leaves_a_message()
    desk.scenario.minutes_pass(2.5)
    desk.phone_of("Amy").is_rung().lets_it_ring()
    desk.scenario.minutes_pass(2)
    ben = desk.phone_of("Ben")
    ben.reads("call (514) 555-0199 back", within=timedelta(seconds=60))
    ben.texts("{code}").reads("is yours")
    desk.scenario.seconds_pass(5)
    ben.resolves()
    desk.scenario.minutes_pass(40)


@pytest.mark.parametrize(
    "keys", ["", "1", "22", *(pytest.param(k, marks=pytest.mark.soak) for k in ("2", "2222", "3", "33", "12", "0"))]
)
def test_a_private_voicemail_never_takes_a_page(desk: ScenarioDesk, keys: str) -> None:
    amy = desk.phone_of("Amy")
    amy.phone.habit, amy.phone.voicemail_after, amy.phone.voicemail_plays = Habit.VOICEMAIL, timedelta(seconds=5), keys
    desk.leaves_a_message()
    amy.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2.5)
    amy.is_rung()
    desk.scenario.minutes_pass(1)
    assert desk.callback.owner is None
    assert desk.log_says("picked up and not taken")
    assert any("and not taken: perhaps by a private voicemail" in line for line in pages_in_the_story(desk))
    desk.scenario.minutes_pass(1.5)
    ben = desk.phone_of("Ben")
    ben.reads("call (514) 555-0199 back", within=timedelta(seconds=60))
    ben.resolves()
    amy.reads("Ben Cole has")
    desk.scenario.minutes_pass(40)


def test_taken_by_the_next_the_first_hears_of_it(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    amy.texts("pass {code}").reads("goes to the next person")
    ben.reads("call (514) 555-0199 back")
    ben.texts("{code}").reads("is yours")
    amy.reads("Ben Cole has")
    amy.texts("{code}").reads("Ben Cole has")
    ben.resolves()
    desk.scenario.minutes_pass(40)


def test_taken_and_then_nothing_the_owner_is_reminded_and_then_passed_over(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben, cleo, sue = (desk.phone_of(name) for name in ("Amy", "Ben", "Cleo", "Sue"))
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    desk.scenario.minutes_pass(9.8)
    amy.reads("reminder, you took", "no call to (514) 555-0199 is on record", within=timedelta(seconds=30))
    desk.scenario.minutes_pass(9)
    amy.reads("reminder, you took", within=timedelta(seconds=60))
    desk.scenario.minutes_pass(4.5)
    ben.reads("call (514) 555-0199 back", within=timedelta(seconds=60))
    ben.is_rung(timedelta(seconds=90)).lets_it_ring()
    cleo.reads("call (514) 555-0199 back", within=timedelta(seconds=60))
    ben.reads("call (514) 555-0199 back")
    cleo.texts("{code}").reads("is yours")
    cleo.is_rung().lets_it_ring()
    for person in (amy, ben):
        person.reads("Cleo Martin has")
    cleo.texts("na {code}").reads("no answer")
    sue.reads_nothing()
    desk.scenario.minutes_pass(12)  # until the next attempt is due, nobody is texted


def test_the_voice_page_tells_who_and_why_plays_the_message_and_asks_twice(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2.5)
    call = amy.is_rung().answers().hears("This is the support desk, paging Amy Roy. A customer on the direct line")
    call.hears("Press 1 to hear the message").presses("1")
    desk.scenario.wait_until(lambda: any(heard.kind == "play" for heard in call.leg.heard))
    assert desk.listeners() == [("Amy Roy", f"{desk.callback.reference}, by phone")]
    call.hears("Press 1 to hear").presses("2").hears("To confirm, press 1").presses("7").hears("Not confirmed")
    call.hears("Press 1 to hear").presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    assert any(line.startswith("page: picked up at") and line.endswith("; taken") for line in pages_in_the_story(desk))
    amy.resolves()
    desk.scenario.minutes_pass(40)


def pages_in_the_story(desk: ScenarioDesk) -> list[str]:
    zone, callback_id = desk.service.desk.zone, desk.callback.id

    def work(session: Session) -> list[str]:
        return [entry.detail for entry in timeline_of(session, session.get_one(Callback, callback_id), zone)]

    return desk.service.database.read(work)


def test_a_page_by_phone_can_be_handed_on(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2.5)
    amy.is_rung().answers().hears("Press 1 to hear").presses("4").hears("next person now").is_hung_up_on()
    ben.reads("call (514) 555-0199 back")
    ben.resolves()
    amy.reads("Ben Cole has")
    desk.scenario.minutes_pass(40)


def test_call_connects_the_technician_and_the_customer_and_records_the_attempt(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, customer = desk.phone_of("Amy"), desk.customer()
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected to (514) 555-0199").presses("1")
    customers = customer.is_rung().answers()
    assert customers.leg.other_party == "+15148458474"  # the company's number, never Amy's
    amys.is_connected_to(customers).waits(45)
    assert desk.callback.attempted_at is not None
    customers.hangs_up()
    amys.hears("The call has ended: reached").hears("How did it go?").presses("1").hears("Resolved").is_hung_up_on()
    assert [(a.outcome, a.seconds) for a in desk.attempts()] == [(ReachOutcome.REACHED, 45)]
    assert desk.callback.state == CallbackState.RESOLVED
    desk.scenario.minutes_pass(40)


def test_a_replayed_key_press_of_a_call_that_is_over_takes_nothing(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(2.5)
    amy.is_rung().answers().hears("Press 1 to hear").presses("2").hears("To confirm").presses("1").hears("is yours")
    captured = [hook for hook in desk.carrier.ledger.webhooks if hook.fields.get("Digits") == "1"][-1]
    desk.scenario.seconds_pass(20)
    amy.texts("pass {code}").reads("goes to the next")
    ben.reads("call (514) 555-0199 back")
    desk.carrier.webhooks.deliver(captured.kind, captured.url, captured.fields)  # the same bytes and signature again
    assert desk.callback.owner is None
    ben.resolves()
    amy.reads("Ben Cole has")
    desk.scenario.minutes_pass(40)


def test_a_carrier_that_cannot_be_asked_is_not_asked_at_every_sweep(desk: ScenarioDesk) -> None:
    desk.fails("lists", "500", times=100)
    for _ in range(120):
        desk.scenario.seconds_pass(1)
    lists = 1 + 2 * len(desk.service.desk.lines)  # recordings, and the calls and texts to each line
    assert 3 * lists <= 100 - desk.carrier.faults.waiting[0].times <= 5 * lists
    desk.carrier.faults.clear()
    desk.leaves_a_message()
    amy_takes_and_resolves(desk)


def test_no_text_or_call_went_to_anybody_else(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    desk.customer("+15145550177").texts("hello?").reads("we do not read texts to this number")
    amy_takes_and_resolves(desk)
    staff = {AMY, "+15145550102", "+15145550103", "+15145550104"}
    assert {m.to for m in desk.carrier.ledger.messages if m.direction == "outbound-api"} <= staff
    assert {c.to for c in desk.carrier.ledger.calls if c.direction != "inbound"} <= staff


@pytest.mark.parametrize("trouble", ["account", *(pytest.param(t, marks=pytest.mark.soak) for t in ("429", "500"))])
def test_after_an_outage_of_the_carrier_nobody_finds_a_storm(desk: ScenarioDesk, trouble: str) -> None:
    desk.fails("sending", trouble, times=100_000)
    desk.leaves_a_message()
    desk.scenario.minutes_pass(13)
    desk.carrier.faults.clear()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", within=timedelta(seconds=90))
    if trouble == "account":
        desk.phone_of("Sue").reads("can be sent again", within=timedelta(seconds=90))
    desk.scenario.minutes_pass(3)
    desk.scenario.ignore_so_far()  # counted below
    amy.texts("{code}").reads("is yours")
    desk.scenario.seconds_pass(20)
    for other in ("Ben", "Cleo"):  # whoever was paged meanwhile, which the steps decide one by one
        desk.phone_of(other).ignore_so_far()
    amy.resolves()
    desk.scenario.minutes_pass(15)
    texted = Counter(m.to for m in desk.carrier.ledger.messages if "call (514) 555-0199 back" in m.body)
    called = Counter(call.to for call in desk.carrier.ledger.calls)
    assert max(texted.values()) == 1
    assert max(called.values()) <= 1


def test_when_nothing_reaches_anybody_the_steps_are_hurried_once_and_not_for_ever(desk: ScenarioDesk) -> None:
    for name in ("Amy", "Ben", "Cleo", "Sue"):
        phone = desk.phone_of(name).phone
        phone.sms_habit, phone.habit = SmsHabit.UNREGISTERED, Habit.UNREACHABLE
    desk.leaves_a_message()
    desk.scenario.minutes_pass(29)
    steps = [line for line in desk.log() if line.startswith("desk took step")]
    assert len(steps) <= 10
    desk.scenario.ignore_so_far()
