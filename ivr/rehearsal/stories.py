"""The stories that `rehearse` plays. The first line of each docstring is listed by `rehearse --list`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from callbacks.announcements import changes
from callbacks.announcements.changes import Content
from ivr.rehearsal.scenario import Person, PhoneCall, Scenario
from ivr.simulator import Habit

CUSTOMER, ABROAD, SUBSCRIBER = "+15145550199", "+33142685300", "+15145550198"
OUTAGE = Content("Mail is delayed.", "Le courriel est retardé.")
SATURDAY_NIGHT = "2026-11-28T22:12"


@dataclass(frozen=True)
class Story:
    """A story: when it begins (ISO 8601, desk time), and what happens."""

    begins: str
    plays: Callable[[Scenario], None]

    @property
    def about(self) -> str:
        return (self.plays.__doc__ or "").strip().splitlines()[0]


def taken_at_once(scenario: Scenario) -> None:
    """After hours on the toll-free line: a voicemail, a text, and a technician who takes, calls back and resolves."""
    call = _leaves_a_message(scenario, "toll-free")
    call.hears("your reference is").hears("by 10:42 p.m.").is_hung_up_on()
    _customer_reads(scenario, "we got your message")
    amy = scenario.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.", "toll-free line", "with a message", "Ref ", "Reply ")
    amy.texts("{code}").reads("is yours", "(514) 555-0199", "10:42 p.m.")
    scenario.minutes_pass(4)
    amy.resolves()
    scenario.minutes_pass(60)


def connected(scenario: Scenario) -> None:
    """A technician asks by text to be connected, hears who is calling, speaks to the customer, reports the outcome."""
    call = _leaves_a_message(scenario, "direct")
    call.hears("your reference is").is_hung_up_on()
    _customer_reads(scenario, "we got your message")
    amy = scenario.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = (
        amy.is_rung().answers().hears("Press 1 to be connected to (514) 555-0199, 2 to hear the message").presses("1")
    )
    customers = scenario.caller(CUSTOMER).is_rung().answers()
    amys.is_connected_to(customers).waits(40)
    customers.hangs_up()
    amys.hears("The call has ended: reached").hears("How did it go").presses("1").hears("Resolved").is_hung_up_on()
    scenario.minutes_pass(60)


def hung_up_before_it_rang(scenario: Scenario) -> None:
    """A technician hangs up before the customer's phone rings: it is no attempt, and the next call is one."""
    _leaves_a_message(scenario, "direct").hears("your reference is").is_hung_up_on()
    _customer_reads(scenario, "we got your message")
    amy, customer = scenario.phone_of("Amy"), scenario.caller(CUSTOMER)
    customer.phone.habit = Habit.SWITCHED_OFF
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    amy.texts("call {code}").reads("Your phone rings now")
    amy.is_rung().answers().hears("Press 1 to be connected").presses("1").waits(1).hangs_up()
    amy.reads("did not ring", "does not count", within=timedelta(minutes=3))
    customer.phone.habit = Habit.RINGS
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = customer.is_rung().answers()
    amys.is_connected_to(customers).waits(30)
    customers.hangs_up()
    amys.hears("How did it go?").presses("1").hears("Resolved").is_hung_up_on()
    scenario.minutes_pass(40)


def nobody_answers(scenario: Scenario) -> None:
    """Nobody responds: text, call, the next person, everyone, and at the deadline the supervisor, who takes it."""
    call = _leaves_a_message(scenario, "direct")
    call.hears("your reference is").is_hung_up_on()
    _customer_reads(scenario, "we got your message")
    amy, ben, cleo, sue = (scenario.phone_of(name) for name in ("Amy", "Ben", "Cleo", "Sue"))
    amy.reads("back by 10:42 p.m.")
    scenario.minutes_pass(2.7)
    amy.is_rung().lets_it_ring()
    scenario.minutes_pass(2.4)
    ben.reads("back by 10:42 p.m.")
    scenario.minutes_pass(1.8)
    ben.is_rung().lets_it_ring()
    scenario.minutes_pass(3.4)
    for person in (cleo, amy, ben):
        person.reads("back by 10:42 p.m.")
    cleo.is_rung().lets_it_ring()
    scenario.minutes_pass(7.5)
    for person in (cleo, amy, ben):
        person.reads("back by 10:42 p.m.")
    cleo.is_rung().lets_it_ring()
    scenario.minutes_pass(8.9)
    cleo.reads("LATE (promised 10:42 p.m.)")
    sue.reads("LATE (promised 10:42 p.m.)")
    cleo.is_rung()
    sues_call = sue.is_rung().answers().hears("was promised a call by 10:42 p.m. and has not been called")
    sues_call.presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    for person in (amy, ben, cleo):
        person.reads("Sue Tran has")
    scenario.minutes_pass(2)
    sue.texts("cont {code}").reads("stays open")
    scenario.minutes_pass(60)


def hang_up_while_speaking(scenario: Scenario) -> None:
    """The caller hangs up in the middle of a sentence: the recording is kept, and a callback opens."""
    call = scenario.caller(CUSTOMER).dials("direct").hears("leave a message").hears_the_beep()
    call.starts_to_say(6).hangs_up()
    amy = scenario.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", "with a message")
    amy.texts("ack {code}").reads("is yours")
    scenario.minutes_pass(3)
    amy.texts("Cont {code}").reads("stays open")
    _customer_reads(scenario, "we got your message")
    scenario.minutes_pass(60)


def holiday(scenario: Scenario) -> None:
    """On Saint-Jean-Baptiste at noon the caller hears why the desk is closed, and is still called back."""
    call = scenario.caller(CUSTOMER).dials("direct").hears("closed for Saint-Jean-Baptiste").hears("by 12:30 p.m.")
    call.hears_the_beep().says(8).presses("#").hears("Thank you").is_hung_up_on()
    _customer_reads(scenario, "we got your message")
    amy = scenario.phone_of("Amy")
    amy.reads("back by 12:30 p.m.")
    amy.texts("“{code}”").reads("is yours")
    scenario.minutes_pass(5)
    amy.resolves()
    scenario.minutes_pass(60)


def in_hours_answered(scenario: Scenario) -> None:
    """In support hours a technician is called, presses a key to accept, and is connected."""
    call = scenario.caller(CUSTOMER).dials("toll-free").hears("For support, press 1").presses("1").hears("Please hold")
    amys = scenario.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(amys).waits(30)
    call.hangs_up()
    scenario.minutes_pass(60)


def in_hours_unanswered(scenario: Scenario) -> None:
    """In support hours no technician accepts: each is called in turn, then voicemail and a page."""
    call = scenario.caller(CUSTOMER).dials("direct").hears("Please hold")
    amy, ben, cleo = (scenario.phone_of(name) for name in ("Amy", "Ben", "Cleo"))
    amy.is_rung().lets_it_ring()
    call.hears("trying the next technician")
    ben.is_rung().rejects()
    cleo.is_rung().answers().hears("Press 1 to take it").is_hung_up_on()
    call.hears("All our technicians are busy").hears_the_beep().says(5).hangs_up()
    _customer_reads(scenario, "we got your message")
    amy.reads("call (514) 555-0199 back by 10:30 a.m.")
    amy.texts("{code}").reads("is yours")
    scenario.minutes_pass(2)
    amy.resolves()
    scenario.minutes_pass(60)


def nobody_reached(scenario: Scenario) -> None:
    """The customer is called three times in vain: the desk asks for each attempt, then waits for the customer."""
    call = _leaves_a_message(scenario, "direct")
    call.hears("your reference is").is_hung_up_on()
    amy = scenario.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    _calls_in_vain(scenario, amy)
    scenario.minutes_pass(15)
    amy.reads("time to call (514) 555-0199 again", "no answer", "CALL")
    _calls_in_vain(scenario, amy)
    scenario.minutes_pass(60)
    amy.reads("time to call (514) 555-0199 again")
    _calls_in_vain(scenario, amy)
    scenario.minutes_pass(4 * 60)  # nobody is woken again: the next attempt is due when the desk opens
    _customer_reads(
        scenario, "we got your message", "we tried to call you", "we tried to call you", "we tried to call you"
    )


def _calls_in_vain(scenario: Scenario, amy: Person) -> None:
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    scenario.caller(CUSTOMER).is_rung().lets_it_ring()
    amys.hears("The call has ended: no answer").hears("How did it go").presses("4").is_hung_up_on()


def passed_at_night(scenario: Scenario) -> None:
    """A technician who has called in vain passes it on: the next person is paged at once, and calls again."""
    call = _leaves_a_message(scenario, "direct")
    call.hears("your reference is").is_hung_up_on()
    amy, ben = scenario.phone_of("Amy"), scenario.phone_of("Ben")
    amy.reads("call (514) 555-0199 back by 10:42 p.m.")
    amy.texts("na {code}").reads("no answer")
    amy.texts("pass {code}").reads("goes to the next person now")
    ben.reads("nobody has", "Amy Roy tried at", "no answer", "Call (514) 555-0199 again")
    ben.texts("{code}").reads("is yours")
    amy.reads("Ben Cole has")
    ben.resolves()
    scenario.minutes_pass(60)
    _customer_reads(scenario, "we got your message", "we tried to call you")


def own_number(scenario: Scenario) -> None:
    """The call shows one of the desk's own numbers: it is nobody's, so it is never dialed, and the page says so."""
    ours = scenario.service.desk.lines["toll-free"].number
    call = scenario.caller(CUSTOMER).dials("direct", caller_id=ours).hears("leave a message").hears_the_beep()
    call.says(8).presses("#").hears("Your reference is").is_hung_up_on()
    amy = scenario.phone_of("Amy")
    amy.reads("the caller (shows one of our numbers: listen to the message)")
    amy.texts("call {code}").reads("No number to call")
    amy.texts("none {code} no name and no number in the message").reads("no way to reach")
    scenario.minutes_pass(60)


def abroad(scenario: Scenario) -> None:
    """A caller from abroad: the supervisor is asked at once, allows the number by text, and it is called."""
    call = scenario.caller(ABROAD).dials("direct").hears("leave a message").hears_the_beep()
    call.says(8).presses("#").hears("Your reference is").is_hung_up_on()
    amy, sue = scenario.phone_of("Amy"), scenario.phone_of("Sue")
    amy.reads("+33 1 42 68 53 00 (abroad, FR: not allowed yet)")
    sue.reads("+33 1 42 68 53 00, a number abroad (FR)", "ALLOW")
    amy.texts("call {code}").reads("A supervisor must allow it first")
    sue.texts("allow {code}").reads("can be called now")
    amy.reads("Sue Tran allowed calls to +33 1 42 68 53 00")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected to +33 1 42 68 53 00").presses("1")
    customers = scenario.caller(ABROAD).is_rung().answers()
    amys.is_connected_to(customers).waits(40)
    customers.hangs_up()
    amys.hears("How did it go").presses("1").hears("Resolved").is_hung_up_on()
    scenario.minutes_pass(60)


def outage(scenario: Scenario) -> None:
    """An outage is announced: one caller asks to be told when it is over, another goes on and leaves a message."""
    number = _announces(scenario)
    told, other = scenario.caller(SUBSCRIBER), scenario.caller(CUSTOMER)
    call = told.dials("toll-free").hears("Please note: Mail is delayed.")
    call.hears("To get a text when it is over, press 1").presses("1").hears(
        "We will text you when it is over"
    ).hangs_up()
    call = other.dials("direct").hears("Please note: Mail is delayed.").hears("To continue, press 2").presses("2")
    call.hears("leave a message").hears_the_beep().says(9).presses("#").hears("your reference is").is_hung_up_on()
    _customer_reads(scenario, "we got your message")
    amy = scenario.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", "with a message")
    amy.texts("{code}").reads("is yours")
    scenario.minutes_pass(4)
    amy.resolves()
    scenario.minutes_pass(40)
    told.reads_nothing()
    _ends(scenario, number)
    told.reads("resolved at", "Mail is delayed", "We will not text you about it again")
    scenario.minutes_pass(60)


def _announces(scenario: Scenario) -> int:
    """The supervisor announces the outage."""
    service, now = scenario.service, scenario.clock.now()
    scenario.note("Sue Tran", f'announces: "{OUTAGE.english}"')
    return service.database.write(lambda session: changes.start(session, service.desk, OUTAGE, "Sue Tran", now).id)


def _ends(scenario: Scenario, number: int) -> None:
    now = scenario.clock.now()
    scenario.note("Sue Tran", "ends the announcement")
    scenario.service.database.write(lambda session: changes.end(session, number, "Sue Tran", now))


def _customer_reads(scenario: Scenario, *texts: str) -> None:
    """The customer reads these texts, one after the other, unless the desk has switched them off."""
    switches, customer = scenario.service.desk.customer_texts, scenario.caller(CUSTOMER)
    for words in texts:
        if switches.attempts if "tried" in words else switches.receipts:
            customer.reads(words)


def _leaves_a_message(scenario: Scenario, line: str) -> PhoneCall:
    call = scenario.caller(CUSTOMER).dials(line).hears("Thank you for calling")
    if scenario.service.desk.menu_of(line):
        call.hears("For support, press 1").presses("1")
    call.hears("closed").hears("call you back by").hears("recorded")
    return call.hears_the_beep().says(12).presses("#")


STORIES: dict[str, Story] = {
    "taken-at-once": Story(SATURDAY_NIGHT, taken_at_once),
    "connected": Story(SATURDAY_NIGHT, connected),
    "hang-up-before-it-rings": Story(SATURDAY_NIGHT, hung_up_before_it_rang),
    "nobody-answers": Story(SATURDAY_NIGHT, nobody_answers),
    "hang-up-while-speaking": Story(SATURDAY_NIGHT, hang_up_while_speaking),
    "holiday": Story("2026-06-24T12:00", holiday),
    "nobody-reached": Story(SATURDAY_NIGHT, nobody_reached),
    "passed-at-night": Story(SATURDAY_NIGHT, passed_at_night),
    "own-number": Story(SATURDAY_NIGHT, own_number),
    "abroad": Story(SATURDAY_NIGHT, abroad),
    "outage": Story(SATURDAY_NIGHT, outage),
    "in-hours-answered": Story("2026-11-24T10:00", in_hours_answered),
    "in-hours-unanswered": Story("2026-11-24T10:00", in_hours_unanswered),
}
